public import TDAClient

extension DaemonLink: Compute {}
extension DaemonLinks: Compute {}
