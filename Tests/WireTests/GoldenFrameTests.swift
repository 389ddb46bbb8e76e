import Foundation
import NIOCore
import Testing
import Wire

/// The bytes of one frame of each kind stand in Tests/GoldenFrames, for the tests of every client in
/// every language: what is written here must be those bytes, and those bytes must be read.
///
/// To write them anew after a change of the protocol: `WRITE_GOLDEN_FRAMES=1 make test`, then look at
/// the difference with care. Other people's clients speak the old bytes.
@Suite struct GoldenFrameTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "GoldenFrames")

    private func check(_ name: String, _ frame: OutboundFrame) throws -> ByteBuffer {
        let file = Self.folder.appending(path: "\(name).bin")
        let bytes = frame.serialized()
        if ProcessInfo.processInfo.environment["WRITE_GOLDEN_FRAMES"] != nil {
            try Data(bytes.readableBytesView).write(to: file)
        }
        #expect(try Data(contentsOf: file) == Data(bytes.readableBytesView), "\(name)")
        return bytes
    }

    @Test func requests() throws {
        for (name, frame) in try Samples.requests() {
            let bytes = try check(name, frame)
            #expect(try Receiver<Request>.daemon().feed(bytes).map(\.header.kind) == [frame.kind])
        }
    }

    @Test func replies() throws {
        for (name, frame) in Samples.replies() {
            let bytes = try check(name, frame)
            #expect(try Receiver<Reply>.client().feed(bytes).map(\.header.kind) == [frame.kind])
        }
    }

    @Test func nothingElseStandsThere() throws {
        let known = try Set((Samples.requests() + Samples.replies()).map { "\($0.name).bin" } + ["README.md"])
        let found = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(found) == known)
    }
}
