/// What a frame is. Requests go from client to daemon; every other kind answers one, with its id.
public enum FrameKind: UInt8, Sendable, CaseIterable {
    case hello = 0x01
    case compute = 0x02
    case estimate = 0x03
    case cancel = 0x04
    case status = 0x05
    case devices = 0x06
    case metrics = 0x07

    case welcome = 0x81
    case result = 0x82
    case estimateReply = 0x83
    case cancelReply = 0x84
    case statusReply = 0x85
    case devicesReply = 0x86
    case metricsReply = 0x87
    /// May come any number of times before the `result`.
    case progress = 0x88
    case failure = 0xFF
}
