package io.syncline.engine.verify;

/// What `INFO keyspace` says of one database: whether there is anything that expires.
///
/// @param keysExpire whether some key may
/// @param fieldsExpire whether some field of a hash may
record Keyspace(boolean keysExpire, boolean fieldsExpire) {
    /// Nothing is known yet.
    static final Keyspace UNKNOWN = new Keyspace(true, true);

    private static final Keyspace NOTHING = new Keyspace(false, false);

    /// Redis counts hashes whose fields expire (`subexpiry`), Valkey keys
    /// (`keys_with_volatile_items`); in a server that does not count them they may.
    static Keyspace of(String info, int database) {
        for (String line : info.split("\r?\n", -1)) {
            if (line.startsWith("db" + database + ":")) {
                return new Keyspace(
                        !line.contains(",expires=0,"),
                        !line.contains("subexpiry=0") && !line.contains("volatile_items=0"));
            }
        }
        // An empty database has no line.
        return NOTHING;
    }
}
