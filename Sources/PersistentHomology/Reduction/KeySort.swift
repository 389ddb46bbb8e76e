import Hardware

/// Sorts `entries` by their keys, in place. Many are split in two by the highest bit in which keys differ, over and
/// over, with a look at the stop signal each time: a long column takes longer to sort than a cancelled
/// computation may go on.
///
/// - Throws: `HomologyError.stopped`, with the entries in some order.
func sortByKey<Entry: ColumnEntry>(
    _ entries: UnsafeMutableBufferPointer<Entry>, stop: StopSignal
) throws(HomologyError) {
    var entries = entries
    if entries.count <= 1 << 14 { return entries.sort { $0.key < $1.key } }
    if let reason = stop.reason { throw .stopped(reason) }
    var (some, all) = (entries[0].key, entries[0].key)
    for entry in entries {
        some |= entry.key
        all &= entry.key
    }
    let differing = some ^ all
    if differing == 0 { return }
    let bit: Entry.Key = 1 << Entry.Key(Entry.Key.bitWidth - 1 - differing.leadingZeroBitCount)
    let middle = entries.partition { $0.key & bit != 0 }
    try sortByKey(UnsafeMutableBufferPointer(rebasing: entries[..<middle]), stop: stop)
    try sortByKey(UnsafeMutableBufferPointer(rebasing: entries[middle...]), stop: stop)
}
