internal import COpenCL
internal import Synchronization
public import Vocabulary

/// An OpenCL device in use: its context, its queue and the programs built for it.
///
/// A device that failed once is not used again in this process (`isUsable`): whoever meets the failure
/// reports it (`giveUp`) and goes on without.
///
/// `@unchecked Sendable`: OpenCL's objects may be used from many threads, kernels aside, which each caller
/// makes for itself. Commands of several threads share the queue in the order in which they come.
public final class OpenCLDevice: @unchecked Sendable {
    /// A program's text and what it is called in messages.
    public struct Source: Sendable {
        public let name: String
        public let text: String

        public init(name: String, text: String) {
            self.name = name
            self.text = text
        }
    }

    public let description: HardwareDescription.Device

    private let device: cl_device_id
    private let context: cl_context
    private let queue: cl_command_queue
    private let programs = Mutex<[String: ProgramHandle]>([:])
    /// What nobody uses just now: to make its pages known to the device takes milliseconds.
    private let idleStaging = Mutex<[OpenCLStaging]>([])
    private let hasFailed = Atomic<Bool>(false)
    private let onFailure: @Sendable (String) -> Void
    private let stopwatch: OpenCLStopwatch?
    /// Commands until one is made to fail; negative: none is.
    private let commandsLeft = Atomic<Int>(-1)

    /// - Parameters:
    ///   - onFailure: told once, should the device fail, what happened. On any thread.
    init(
        _ device: cl_device_id, description: HardwareDescription.Device, isTimed: Bool,
        onFailure: @escaping @Sendable (String) -> Void
    ) throws(OpenCLError) {
        var code: cl_int = CL_SUCCESS
        var handle: cl_device_id? = device
        guard let context = clCreateContext(nil, 1, &handle, nil, nil, &code), code == CL_SUCCESS else {
            throw .failed(call: "clCreateContext", code: code)
        }
        let properties = cl_command_queue_properties(isTimed ? CL_QUEUE_PROFILING_ENABLE : 0)
        guard let queue = clCreateCommandQueue(context, device, properties, &code), code == CL_SUCCESS else {
            clReleaseContext(context)
            throw .failed(call: "clCreateCommandQueue", code: code)
        }
        self.device = device
        self.context = context
        self.queue = queue
        self.description = description
        self.onFailure = onFailure
        stopwatch = isTimed ? OpenCLStopwatch() : nil
    }

    deinit {
        programs.withLock { $0.removeAll() }
        idleStaging.withLock { $0.removeAll() }
        clReleaseCommandQueue(queue)
        clReleaseContext(context)
    }

    public var isUsable: Bool { !hasFailed.load(ordering: .relaxed) }

    /// Notes that the device has failed. The first time it is told to whoever listens.
    public func giveUp(_ error: OpenCLError) {
        // Too small a device is no broken one.
        if case .unsuitable = error { return }
        guard !hasFailed.exchange(true, ordering: .relaxed) else { return }
        onFailure("OpenCL device \(description.name): \(error); going on without it")
    }

    /// Makes the device fail at a later command, for tests.
    package func fail(afterCommands count: Int) { commandsLeft.store(count, ordering: .relaxed) }

    // MARK: what it computes with

    /// A kernel of `source`, which is built at the first call with these `options`.
    public func kernel(
        _ name: String, of source: Source, options: String = ""
    ) throws(OpenCLError) -> OpenCLKernel {
        try willRun("clCreateKernel")
        let program = try program(source, options)
        var code: cl_int = CL_SUCCESS
        guard let kernel = clCreateKernel(program.handle, name, &code), code == CL_SUCCESS else {
            throw .failed(call: "clCreateKernel", code: code)
        }
        return OpenCLKernel(handle: kernel)
    }

    /// Room for `byteCount` bytes on the device.
    ///
    /// - Throws: `OpenCLError.unsuitable` where the device says beforehand that it has not that much, and
    ///   where the device's memory is the host's and the account refuses.
    public func buffer(byteCount: Int, memory: MemoryAccount) throws(OpenCLError) -> OpenCLBuffer {
        guard byteCount <= description.largestAllocation else {
            throw .unsuitable("\(byteCount) bytes are more than \(description.name) has in a piece")
        }
        try willRun("clCreateBuffer")
        let isShared = description.kind == .cpu
        if isShared {
            do { try memory.reserve(byteCount) } catch {
                throw .unsuitable("no memory for \(byteCount) bytes of \(description.name)")
            }
        }
        var code: cl_int = CL_SUCCESS
        let handle = clCreateBuffer(
            context, cl_mem_flags(CL_MEM_READ_WRITE), max(byteCount, 1), nil, &code)
        guard let handle, code == CL_SUCCESS else {
            if isShared { memory.release(byteCount) }
            throw .failed(call: "clCreateBuffer", code: code)
        }
        return OpenCLBuffer(handle: handle, byteCount: byteCount, memory: isShared ? memory : nil)
    }

    /// Copies `bytes` to where `buffer` is `offset` bytes in.
    public func write(
        _ bytes: UnsafeRawBufferPointer, to buffer: borrowing OpenCLBuffer, at offset: Int = 0
    ) throws(OpenCLError) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        try enqueue(.copy, "clEnqueueWriteBuffer") {
            clEnqueueWriteBuffer(
                queue, buffer.handle, cl_bool(CL_TRUE), offset, bytes.count, base, 0, nil, $0)
        }
    }

    /// Copies what stands `offset` bytes into `buffer` to `bytes`, when all that was started before has ended.
    public func read(
        _ buffer: borrowing OpenCLBuffer, at offset: Int = 0, into bytes: UnsafeMutableRawBufferPointer
    ) throws(OpenCLError) {
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        try enqueue(.copy, "clEnqueueReadBuffer") {
            clEnqueueReadBuffer(queue, buffer.handle, cl_bool(CL_TRUE), offset, bytes.count, base, 0, nil, $0)
        }
    }

    /// Starts to copy the start of `buffer` to `bytes`, which must last until that has been waited for; so must
    /// `buffer`. Quick only where `bytes` are of `withStaging`.
    public func startReading(
        _ buffer: borrowing OpenCLBuffer, into bytes: UnsafeMutableRawBufferPointer
    ) throws(OpenCLError) -> OpenCLTransfer {
        try willRun("clEnqueueReadBuffer")
        var event: cl_event?
        try check(
            clEnqueueReadBuffer(
                queue, buffer.handle, cl_bool(CL_FALSE), 0, bytes.count, bytes.baseAddress, 0, nil, &event),
            "clEnqueueReadBuffer")
        guard let event else { throw .failed(call: "clEnqueueReadBuffer", code: CL_INVALID_EVENT) }
        let transfer = OpenCLTransfer(event)
        if let stopwatch {
            clRetainEvent(event)
            stopwatch.watch(event, .copy)
        }
        try check(clFlush(queue), "clFlush")
        return transfer
    }

    /// Calls `body` with at least `byteCount` bytes of the host that the device writes at full speed, and returns when
    /// nothing is under way any more.
    public func withStaging(
        byteCount: Int, memory: MemoryAccount,
        _ body: (UnsafeMutableRawBufferPointer) throws(OpenCLError) -> Void
    ) throws(OpenCLError) {
        do { try memory.reserve(byteCount) } catch {
            throw .unsuitable("no memory to receive \(byteCount) bytes of \(description.name)")
        }
        defer { memory.release(byteCount) }
        let size = max(byteCount, Self.leastStaging)
        let staging = try staging(byteCount: size)
        defer {
            clFinish(queue)
            if size == Self.leastStaging { idleStaging.withLock { $0.append(staging) } }
        }
        try body(staging.bytes)
    }

    private func staging(byteCount: Int) throws(OpenCLError) -> OpenCLStaging {
        if byteCount == Self.leastStaging, let idle = idleStaging.withLock({ $0.popLast() }) { return idle }
        try willRun("clEnqueueMapBuffer")
        return try OpenCLStaging(byteCount: byteCount, context: context, queue: queue)
    }

    /// What is kept for the next computation.
    private static let leastStaging = 8 << 20

    /// Starts `groups` work-groups of `groupSize` items, in one or two dimensions.
    public func run(
        _ kernel: borrowing OpenCLKernel, groups: [Int], groupSize: [Int]
    ) throws(OpenCLError) {
        let global = zip(groups, groupSize).map { $0 * $1 }
        try enqueue(.kernel, "clEnqueueNDRangeKernel") {
            clEnqueueNDRangeKernel(
                queue, kernel.handle, cl_uint(groups.count), nil, global, groupSize, 0, nil, $0)
        }
    }

    /// Copies all of `source` to the start of `target`, on the device.
    public func copy(
        _ source: borrowing OpenCLBuffer, to target: borrowing OpenCLBuffer
    ) throws(OpenCLError) {
        try enqueue(.copy, "clEnqueueCopyBuffer") {
            clEnqueueCopyBuffer(queue, source.handle, target.handle, 0, 0, source.byteCount, 0, nil, $0)
        }
    }

    /// What the commands since the last call took, once all have ended; zeros unless the device was opened for that.
    public func takeTimes() -> OpenCLTimes {
        clFinish(queue)
        return stopwatch?.take() ?? OpenCLTimes()
    }

    private func enqueue(
        _ command: OpenCLStopwatch.Command, _ call: String,
        _ start: (UnsafeMutablePointer<cl_event?>?) -> cl_int
    ) throws(OpenCLError) {
        try willRun(call)
        guard let stopwatch else { return try check(start(nil), call) }
        var event: cl_event?
        try check(start(&event), call)
        if let event { stopwatch.watch(event, command) }
    }

    // MARK: programs

    /// `@unchecked Sendable`: a built program is only read.
    private final class ProgramHandle: @unchecked Sendable {
        let handle: cl_program
        init(_ handle: cl_program) { self.handle = handle }
        deinit { clReleaseProgram(handle) }
    }

    private func program(_ source: Source, _ options: String) throws(OpenCLError) -> ProgramHandle {
        try programs.withLock { programs throws(OpenCLError) in
            let key = source.name + " " + options
            if let known = programs[key] { return known }
            let program = ProgramHandle(try create(source))
            var target: cl_device_id? = device
            guard clBuildProgram(program.handle, 1, &target, options, nil, nil) == CL_SUCCESS else {
                throw .notBuilt(program: source.name, log: buildLog(of: program.handle))
            }
            programs[key] = program
            return program
        }
    }

    private func create(_ source: Source) throws(OpenCLError) -> cl_program {
        var code: cl_int = CL_SUCCESS
        let program = source.text.withCString { text in
            var line: UnsafePointer<CChar>? = text
            return clCreateProgramWithSource(context, 1, &line, nil, &code)
        }
        guard let program, code == CL_SUCCESS else {
            throw .failed(call: "clCreateProgramWithSource", code: code)
        }
        return program
    }

    private func buildLog(of program: cl_program) -> String {
        OpenCLDevices.text {
            clGetProgramBuildInfo(program, device, cl_program_build_info(CL_PROGRAM_BUILD_LOG), $0, $1, $2)
        }
    }

    private func willRun(_ call: String) throws(OpenCLError) {
        guard commandsLeft.load(ordering: .relaxed) >= 0 else { return }
        if commandsLeft.subtract(1, ordering: .relaxed).newValue < 0 {
            throw .failed(call: call, code: CL_OUT_OF_RESOURCES)
        }
    }
}
