package io.syncline.server.api;

import io.syncline.server.instance.Instances;
import io.syncline.server.model.RegisteredInstance;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An instance as users see it: without its password.
///
/// @param hasPassword whether one is stored
/// @param probe what was last seen there; null before the first look
public record InstanceView(
        String id,
        String name,
        String uri,
        String topology,
        List<String> addresses,
        String primaryName,
        String user,
        boolean hasPassword,
        boolean tls,
        boolean verifyHost,
        boolean hasCa,
        @Nullable ProbeView probe,
        String created) {
    public static InstanceView of(RegisteredInstance it) {
        return new InstanceView(
                it.id(),
                it.name(),
                it.uri(),
                it.topology().name().toLowerCase(Locale.ROOT),
                it.addresses(),
                it.primaryName(),
                it.user(),
                !it.sealedPassword().isEmpty(),
                it.tls(),
                it.verifyHost(),
                !it.caPem().isEmpty(),
                ProbeView.of(Instances.lastProbe(it)),
                it.created().toString());
    }
}
