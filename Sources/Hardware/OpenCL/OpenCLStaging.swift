internal import COpenCL

/// Pages of the host that a device writes at the full speed of its bus, which those of an ordinary array are not.
///
/// `@unchecked Sendable`: belongs to whoever has taken it from the device.
final class OpenCLStaging: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer
    private let base: UnsafeMutableRawPointer
    private let handle: cl_mem
    private let queue: cl_command_queue

    init(byteCount: Int, context: cl_context, queue: cl_command_queue) throws(OpenCLError) {
        var code: cl_int = CL_SUCCESS
        let flags = cl_mem_flags(CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR)
        guard let handle = clCreateBuffer(context, flags, byteCount, nil, &code), code == CL_SUCCESS else {
            throw .failed(call: "clCreateBuffer", code: code)
        }
        let base = clEnqueueMapBuffer(
            queue, handle, cl_bool(CL_TRUE), cl_map_flags(CL_MAP_READ | CL_MAP_WRITE), 0, byteCount, 0, nil,
            nil, &code)
        guard let base, code == CL_SUCCESS else {
            clReleaseMemObject(handle)
            throw .failed(call: "clEnqueueMapBuffer", code: code)
        }
        clRetainCommandQueue(queue)
        self.base = base
        self.handle = handle
        self.queue = queue
        bytes = UnsafeMutableRawBufferPointer(start: base, count: byteCount)
    }

    deinit {
        clEnqueueUnmapMemObject(queue, handle, base, 0, nil, nil)
        clReleaseMemObject(handle)
        clReleaseCommandQueue(queue)
    }
}

/// A copy from a device that is under way.
public struct OpenCLTransfer: ~Copyable {
    private let event: cl_event

    init(_ event: cl_event) { self.event = event }

    deinit { clReleaseEvent(event) }

    /// Blocks until it has been made.
    public func wait() throws(OpenCLError) {
        var event: cl_event? = event
        try check(clWaitForEvents(1, &event), "clWaitForEvents")
    }
}
