/// The version of the platform, shown by every program's `--version`.
public let platformVersion = "0.1.0"
