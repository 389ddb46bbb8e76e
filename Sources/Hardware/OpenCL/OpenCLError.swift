internal import COpenCL

/// What went wrong on an OpenCL device.
public enum OpenCLError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A call failed with one of OpenCL's error codes.
    case failed(call: String, code: Int32)
    /// The driver's compiler refused a program.
    case notBuilt(program: String, log: String)
    /// The device cannot hold or compute what was asked for, though it is well.
    case unsuitable(String)

    public var description: String {
        switch self {
        case .failed(let call, let code): "\(call) failed with code \(code)"
        case .notBuilt(let program, let log): "the program \(program) could not be built: \(log)"
        case .unsuitable(let why): why
        }
    }
}

/// - Throws: `OpenCLError.failed` for any code but success.
func check(_ code: cl_int, _ call: String) throws(OpenCLError) {
    guard code == CL_SUCCESS else { throw .failed(call: call, code: code) }
}
