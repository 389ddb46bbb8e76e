public import TDAClient

extension DaemonLink: Compute {}
