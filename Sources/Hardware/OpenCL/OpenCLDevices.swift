internal import COpenCL
public import Vocabulary

/// The OpenCL devices that the installed drivers offer.
public enum OpenCLDevices {
    /// All devices of all platforms, in the loader's order. Empty where there is no driver or no
    /// device: that is not an error. A platform that fails is passed over.
    public static func list() -> [HardwareDescription.Device] { all().map(\.description) }

    /// The devices ready for use, but for those that refuse a context.
    ///
    /// - Parameters:
    ///   - isTimed: whether `OpenCLDevice.takeTimes` is to tell what commands took.
    ///   - onFailure: told what happened when a device fails later. On any thread.
    public static func open(
        isTimed: Bool = false, onFailure: @escaping @Sendable (String) -> Void
    ) -> [OpenCLDevice] {
        all().compactMap { handle, description in
            do throws(OpenCLError) {
                return try OpenCLDevice(
                    handle, description: description, isTimed: isTimed, onFailure: onFailure)
            } catch {
                onFailure("OpenCL device \(description.name): \(error); it is not used")
                return nil
            }
        }
    }

    private static func all() -> [(handle: cl_device_id, description: HardwareDescription.Device)] {
        platforms().flatMap { platform in
            let platformName = text {
                clGetPlatformInfo(platform, cl_platform_info(CL_PLATFORM_NAME), $0, $1, $2)
            }
            return devices(of: platform).map { ($0, describe($0, platform: platformName)) }
        }
    }

    private static func platforms() -> [cl_platform_id] {
        var count: cl_uint = 0
        // Without any driver the loader answers with an error of its own.
        guard clGetPlatformIDs(0, nil, &count) == CL_SUCCESS, count > 0 else { return [] }
        var platforms = [cl_platform_id?](repeating: nil, count: Int(count))
        guard clGetPlatformIDs(count, &platforms, nil) == CL_SUCCESS else { return [] }
        return platforms.compactMap { $0 }
    }

    private static func devices(of platform: cl_platform_id) -> [cl_device_id] {
        let all = cl_device_type(CL_DEVICE_TYPE_ALL)
        var count: cl_uint = 0
        guard clGetDeviceIDs(platform, all, 0, nil, &count) == CL_SUCCESS, count > 0 else { return [] }
        var devices = [cl_device_id?](repeating: nil, count: Int(count))
        guard clGetDeviceIDs(platform, all, count, &devices, nil) == CL_SUCCESS else { return [] }
        return devices.compactMap { $0 }
    }

    private static func describe(_ device: cl_device_id, platform: String) -> HardwareDescription.Device {
        func string(_ name: Int32) -> String {
            text { clGetDeviceInfo(device, cl_device_info(name), $0, $1, $2) }
        }
        func number(_ name: Int32) -> Int {
            // All the numbers asked for have 32 or 64 bits, little-endian.
            var value: UInt64 = 0
            let code = clGetDeviceInfo(device, cl_device_info(name), MemoryLayout<UInt64>.size, &value, nil)
            return code == CL_SUCCESS ? Int(clamping: value) : 0
        }
        let type = Int32(truncatingIfNeeded: number(CL_DEVICE_TYPE))
        let kind: HardwareDescription.Device.Kind =
            switch type {
            case let type where type & CL_DEVICE_TYPE_GPU != 0: .gpu
            case let type where type & CL_DEVICE_TYPE_CPU != 0: .cpu
            case let type where type & CL_DEVICE_TYPE_ACCELERATOR != 0: .accelerator
            default: .other
            }
        return HardwareDescription.Device(
            platform: platform, name: string(CL_DEVICE_NAME), kind: kind,
            version: "\(string(CL_DEVICE_VERSION)), driver \(string(CL_DRIVER_VERSION))",
            computeUnits: number(CL_DEVICE_MAX_COMPUTE_UNITS),
            clockMegahertz: number(CL_DEVICE_MAX_CLOCK_FREQUENCY), memory: number(CL_DEVICE_GLOBAL_MEM_SIZE),
            largestAllocation: number(CL_DEVICE_MAX_MEM_ALLOC_SIZE),
            localMemory: number(CL_DEVICE_LOCAL_MEM_SIZE),
            hasDoublePrecision: number(CL_DEVICE_DOUBLE_FP_CONFIG) != 0)
    }

    /// Text that an OpenCL call of the usual form returns: (size, memory, needed size) → code.
    static func text(
        _ query: (Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> cl_int
    ) -> String {
        var size = 0
        guard query(0, nil, &size) == CL_SUCCESS, size > 0 else { return "" }
        var bytes = [UInt8](repeating: 0, count: size)
        guard query(size, &bytes, nil) == CL_SUCCESS else { return "" }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
