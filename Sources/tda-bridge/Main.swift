import Settings

/// `tda-bridge`, and the commands that stand beside it.
@main
enum Main {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "redrive": await RedriveProgram.main(with: Array(arguments.dropFirst()))
        case "watch": await WatchProgram.main(with: Array(arguments.dropFirst()))
        case "validate": await ValidateProgram.main(with: Array(arguments.dropFirst()))
        default: await BridgeProgram.main(with: arguments)
        }
    }
}
