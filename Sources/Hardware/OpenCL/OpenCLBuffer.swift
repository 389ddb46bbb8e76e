internal import COpenCL

/// Memory of a device.
public struct OpenCLBuffer: ~Copyable {
    let handle: cl_mem
    public let byteCount: Int
    /// Whether the device's memory is the host's, so that the account has to hold it too.
    private let memory: MemoryAccount?

    init(handle: cl_mem, byteCount: Int, memory: MemoryAccount?) {
        self.handle = handle
        self.byteCount = byteCount
        self.memory = memory
    }

    deinit {
        clReleaseMemObject(handle)
        memory?.release(byteCount)
    }
}
