import Engine
import Foundation
import Glibc
import Server
import TDAClient
import Testing
import Vocabulary

@Suite struct LifecycleTests {
    @Test func theSocketIsForOwnerAndGroupAndGoesWithTheDaemon() async throws {
        let path = try await TestDaemon.with { daemon in
            var status = stat()
            #expect(lstat(daemon.path, &status) == 0)
            #expect(status.st_mode & S_IFMT == S_IFSOCK)
            #expect(status.st_mode & 0o777 == 0o660)
            return daemon.path
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test func aSecondDaemonIsRefused() async throws {
        try await TestDaemon.with { daemon in
            #expect(throws: StartError.alreadyServed(daemon.path)) { try ListeningSocket(path: daemon.path) }
            let client = try await daemon.client()
            #expect(try await client.compute(.cloud(3)).statistics.pointCount == 3)
        }
    }

    @Test func aStaleSocketIsReplacedAndNothingElseIs() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tda-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "tda.sock").path

        let dead = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(dead, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(dead)
        #expect(throws: Never.self) { try ListeningSocket(path: path) }

        let file = folder.appending(path: "notes").path
        try Data("keep me".utf8).write(to: URL(filePath: file))
        #expect(throws: StartError.notASocket(file)) { try ListeningSocket(path: file) }
        #expect(try Data(contentsOf: URL(filePath: file)) == Data("keep me".utf8))

        let long = "/tmp/" + String(repeating: "x", count: 200)
        #expect(throws: StartError.pathTooLong(long, limit: 107)) { try ListeningSocket(path: long) }
    }

    @Test func nobodyThereIsSaidWithWhatToDo() async throws {
        let failure = await #expect(throws: Failure.self) {
            try await TDAClient.connect(socket: "/nonexistent/tda.sock")
        }
        #expect(failure?.code == .unavailable)
        #expect(failure?.message.contains("tdad --socket /nonexistent/tda.sock") == true)
    }

    @Test func aStopLetsWhatRunsEndAndSendsTheAnswer() async throws {
        let endless = Endless()
        try await TestDaemon.with(computation: endless) { daemon in
            let client = try await daemon.client()
            let small = try ComputeRequest.cloud(1)
            let running = Task { try await client.compute(.cloud(2)) }
            try await eventually { endless.startedCount == 1 }
            await daemon.stop()
            try await eventually { access(daemon.path, F_OK) != 0 }
            try await eventually {
                do throws(Failure) {
                    _ = try await client.compute(small)
                    return false
                } catch {
                    return error.code == .unavailable
                }
            }
            endless.open()
            #expect(try await running.value.statistics.pointCount == 2)
            try await eventually { !client.isConnected }
        }
    }

    @Test func afterTheGraceTimeWhatRunsIsStopped() async throws {
        let endless = Endless()
        var settings = ServerSettings.patient
        settings.grace = .milliseconds(20)
        try await TestDaemon.with(computation: endless, settings: settings) { daemon in
            let client = try await daemon.client()
            let running = Task { try await client.compute(.cloud(2)) }
            try await eventually { endless.startedCount == 1 }
            await daemon.stop()
            let failure = await #expect(throws: Failure.self) { try await running.value }
            #expect(failure?.code == .unavailable)
            #expect(endless.stoppedCount == 1)
        }
    }

    @Test func aLostDaemonFailsWhatWaits() async throws {
        let client = try await TestDaemon.with { daemon in try await daemon.client() }
        let failure = await #expect(throws: Failure.self) { try await client.status() }
        #expect(failure?.code == .unavailable)
        #expect(!client.isConnected)
    }
}
