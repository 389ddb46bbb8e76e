internal import COpenCL
internal import Synchronization

/// Seconds that a device's commands took by its own clock.
public struct OpenCLTimes: Sendable, Hashable {
    public var kernels = 0.0
    /// Between the host and the device, and on it.
    public var copies = 0.0
}

/// Keeps the commands of a device until someone asks what they took.
///
/// `@unchecked Sendable`: events may be used from many threads.
final class OpenCLStopwatch: @unchecked Sendable {
    enum Command { case kernel, copy }

    private let events = Mutex<[(handle: UInt, command: Command)]>([])

    deinit { _ = take() }

    /// Takes over the reference to `event`.
    func watch(_ event: cl_event, _ command: Command) {
        let handle = UInt(bitPattern: event)
        events.withLock { $0.append((handle, command)) }
    }

    /// What all commands so far took, which must have ended.
    func take() -> OpenCLTimes {
        let all = events.withLock { events in
            defer { events = [] }
            return events
        }
        var times = OpenCLTimes()
        for (handle, command) in all {
            guard let event = cl_event(bitPattern: handle) else { continue }
            switch command {
            case .kernel: times.kernels += seconds(of: event)
            case .copy: times.copies += seconds(of: event)
            }
            clReleaseEvent(event)
        }
        return times
    }

    private func seconds(of event: cl_event) -> Double {
        func nanoseconds(_ name: Int32) -> UInt64 {
            var value: cl_ulong = 0
            clGetEventProfilingInfo(
                event, cl_profiling_info(name), MemoryLayout<cl_ulong>.size, &value, nil)
            return UInt64(value)
        }
        let start = nanoseconds(CL_PROFILING_COMMAND_START)
        let end = nanoseconds(CL_PROFILING_COMMAND_END)
        return end > start ? 1e-9 * Double(end - start) : 0
    }
}
