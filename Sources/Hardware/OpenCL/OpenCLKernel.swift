internal import COpenCL

/// A kernel with its arguments, for one thread at a time.
public struct OpenCLKernel: ~Copyable {
    let handle: cl_kernel
    private var argumentCount: cl_uint = 0

    init(handle: cl_kernel) { self.handle = handle }

    deinit { clReleaseKernel(handle) }

    /// Sets the next argument to a number.
    public mutating func append<Number: BitwiseCopyable>(_ number: Number) throws(OpenCLError) {
        let index = argumentCount
        let code = withUnsafeBytes(of: number) { clSetKernelArg(handle, index, $0.count, $0.baseAddress) }
        try check(code, "clSetKernelArg")
        argumentCount += 1
    }

    /// Sets the next argument to a buffer, which must outlive what is run.
    public mutating func append(_ buffer: borrowing OpenCLBuffer) throws(OpenCLError) {
        try append(buffer.handle)
    }

    /// Sets the next argument to `bytes` of local memory.
    public mutating func append(localBytes bytes: Int) throws(OpenCLError) {
        try check(clSetKernelArg(handle, argumentCount, bytes, nil), "clSetKernelArg")
        argumentCount += 1
    }

    /// Starts over with the first argument.
    public mutating func removeArguments() { argumentCount = 0 }
}
