import Vocabulary

extension ProtoDevices {
    init(_ hardware: HardwareDescription) {
        processor = hardware.processor
        instructionSet = hardware.instructionSet
        cores = hardware.cores.map(ProtoCore.init)
        memoryNodes = hardware.memoryNodes.map(UInt64.init(count:))
        cacheDomains = hardware.cacheDomains.map(UInt64.init(count:))
        memory = UInt64(count: hardware.memory)
        if let limit = hardware.memoryLimit { memoryLimit = UInt64(count: limit) }
        if let limit = hardware.processorLimit { processorLimit = limit }
        devices = hardware.devices.map(ProtoDevice.init)
        rates = hardware.rates.map(ProtoMeasuredRate.init)
    }
}

extension HardwareDescription {
    init(_ message: ProtoDevices) {
        self.init()
        processor = message.processor
        instructionSet = message.instructionSet
        cores = message.cores.map(Core.init)
        memoryNodes = message.memoryNodes.map { Int(clamping: $0) }
        cacheDomains = message.cacheDomains.map { Int(clamping: $0) }
        memory = Int(clamping: message.memory)
        memoryLimit = message.hasMemoryLimit ? Int(clamping: message.memoryLimit) : nil
        processorLimit = message.hasProcessorLimit ? message.processorLimit : nil
        devices = message.devices.map(Device.init)
        rates = message.rates.compactMap(MeasuredRate.init)
    }
}

extension ProtoMeasuredRate {
    init(_ rate: MeasuredRate) {
        work = rate.work.rawValue
        backend = rate.backend
        dimension = UInt32(count: rate.dimension)
        seconds = rate.seconds
    }
}

extension MeasuredRate {
    /// Nil for work that this side does not know.
    init?(_ message: ProtoMeasuredRate) {
        guard let work = Work(rawValue: message.work) else { return nil }
        self.init(
            work: work, backend: message.backend, dimension: Int(message.dimension), seconds: message.seconds)
    }
}

extension ProtoCore {
    init(_ core: HardwareDescription.Core) {
        package = UInt32(count: core.package)
        if let node = core.memoryNode { memoryNode = UInt32(count: node) }
        cacheDomain = UInt32(count: core.cacheDomain)
        processors = core.processors.map(UInt32.init(count:))
    }
}

extension HardwareDescription.Core {
    init(_ message: ProtoCore) {
        self.init(
            package: Int(message.package), memoryNode: message.hasMemoryNode ? Int(message.memoryNode) : nil,
            cacheDomain: Int(message.cacheDomain), processors: message.processors.map(Int.init))
    }
}

extension ProtoDevice {
    init(_ device: HardwareDescription.Device) {
        platform = device.platform
        name = device.name
        kind = device.kind.rawValue
        version = device.version
        computeUnits = UInt32(count: device.computeUnits)
        clockMegahertz = UInt32(count: device.clockMegahertz)
        memory = UInt64(count: device.memory)
        largestAllocation = UInt64(count: device.largestAllocation)
        localMemory = UInt64(count: device.localMemory)
        hasDoublePrecision_p = device.hasDoublePrecision
    }
}

extension HardwareDescription.Device {
    init(_ message: ProtoDevice) {
        self.init(
            platform: message.platform, name: message.name, kind: Kind(rawValue: message.kind) ?? .other,
            version: message.version, computeUnits: Int(message.computeUnits),
            clockMegahertz: Int(message.clockMegahertz), memory: Int(clamping: message.memory),
            largestAllocation: Int(clamping: message.largestAllocation),
            localMemory: Int(clamping: message.localMemory),
            hasDoublePrecision: message.hasDoublePrecision_p)
    }
}
