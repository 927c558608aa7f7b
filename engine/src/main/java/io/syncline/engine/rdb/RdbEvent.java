package io.syncline.engine.rdb;

/// What [RdbReader#next] found, and which accessors then hold something.
public enum RdbEvent {
    /// [RdbReader#auxKey] and [RdbReader#auxValue]; may stand between keys. Unknown ones must be
    /// ignored.
    AUX,
    /// [RdbReader#database] has changed.
    SELECT_DATABASE,
    /// [RdbReader#resizeKeys] and [RdbReader#resizeExpires], a hint before a database's keys.
    RESIZE,
    /// [RdbReader#functionCode] of one library.
    FUNCTION,
    /// State that a module keeps outside keys; [RdbReader#moduleId].
    MODULE_AUX,
    /// A cluster node's count of keys in one slot; nothing to do.
    SLOT_INFO,
    /// Valkey 9: a slot migration into the source is under way; keys of it may be in the file that
    /// the source does not own yet.
    SLOT_IMPORT,
    /// A key with its value.
    KEY,
    /// The end; the checksum was right (or 0, not computed). See [RdbReader#remaining].
    END
}
