package io.syncline.server.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A named role over chosen instances, given by one account to another.
///
/// @param account who gives
/// @param role its name, unique among the account's grants that stand
/// @param grantee account that may use it
/// @param instances ids of what may be used
/// @param revoked null while it stands
public record Grant(
        String id,
        String account,
        String role,
        String grantee,
        List<String> instances,
        Instant created,
        @Nullable Instant revoked) {
    public Grant {
        instances = List.copyOf(instances);
    }

    public boolean covers(String instance) {
        return revoked == null && instances.contains(instance);
    }
}
