package io.syncline.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.net.HostPort;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Which nodes are one shard while roles change.
class ShardIdentityTest {
    private static final String OLD = "a".repeat(40);
    private static final String NEW = "b".repeat(40);
    private static final String OTHER = "c".repeat(40);

    private static ClusterNodes nodes(String... lines) throws IOException {
        return ClusterNodes.parse(String.join("\n", lines), new HostPort("127.0.0.1", 1));
    }

    private static String line(String id, String flags, String primary, String slots) {
        return id + " 127.0.0.1:7000@17000 " + flags + " " + primary + " 0 0 1 connected " + slots;
    }

    @Test
    void aPrimaryThatWasReplacedBelongsToItsShardBeforeItCallsItselfAReplica() throws IOException {
        ShardIdentity shard = new ShardIdentity(Set.of(OLD, NEW));
        shard.update(
                nodes(
                        line(NEW, "myself,master", "-", "0-8191"),
                        line(OLD, "master", "-", ""),
                        line(OTHER, "master", "-", "8192-16383")));
        assertThat(shard.ids()).containsExactlyInAnyOrder(OLD, NEW);
    }

    @Test
    void aNodeThatJoinedAnotherShardIsForgotten() throws IOException {
        ShardIdentity shard = new ShardIdentity(Set.of(OLD, NEW));
        shard.update(
                nodes(
                        line(NEW, "myself,master", "-", "0-8191"),
                        line(OLD, "slave", OTHER, ""),
                        line(OTHER, "master", "-", "8192-16383")));
        assertThat(shard.ids()).containsExactly(NEW);
    }

    @Test
    void oneThatJoinedAsAPrimaryAndIsPromotedInAnotherShardIsNoShardOfItsOwnAgain()
            throws IOException {
        ShardIdentity shard = new ShardIdentity(Set.of(NEW));
        shard.update(nodes(line(NEW, "slave", OTHER, ""), line(OTHER, "master", "-", "0-16383")));
        shard.update(nodes(line(OTHER, "slave", NEW, ""), line(NEW, "master", "-", "0-16383")));
        assertThat(shard.ids()).isEmpty();
    }

    @Test
    void aShardOfWhichANodeHasNotHeardYetIsKept() throws IOException {
        ShardIdentity shard = new ShardIdentity(Set.of(NEW));
        shard.update(nodes(line(OTHER, "myself,master", "-", "0-16383")));
        assertThat(shard.ids()).containsExactly(NEW);
    }
}
