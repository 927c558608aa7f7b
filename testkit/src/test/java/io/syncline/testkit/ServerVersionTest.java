package io.syncline.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.testkit.ServerVersion.Product;
import org.junit.jupiter.api.Test;

class ServerVersionTest {
    @Test
    void readsWhatServersSayOfThemselves() {
        assertThat(ServerVersion.parse("redis-7.0.15"))
                .isEqualTo(new ServerVersion(Product.REDIS, 7, 0, 15));
        assertThat(ServerVersion.parse("valkey 8.1.1\n"))
                .isEqualTo(new ServerVersion(Product.VALKEY, 8, 1, 1));
        assertThat(ServerVersion.parse("redis-6.2")).hasToString("redis-6.2.0");
    }

    @Test
    void refusesWhatIsNoVersion() {
        assertThatThrownBy(() -> ServerVersion.parse("keydb-6"))
                .hasMessage("'keydb-6' is no server version; write for instance redis-7.0.15");
    }

    @Test
    void valkeyCountsAsRedisSevenTwo() {
        ServerVersion valkey = ServerVersion.valkey(9, 1);

        assertThat(valkey.atLeastRedis(7, 2)).isTrue();
        assertThat(valkey.atLeastRedis(7, 4)).isFalse();
        assertThat(valkey.hasFieldExpiry()).isTrue();
        assertThat(ServerVersion.valkey(8, 1).hasFieldExpiry()).isFalse();
        assertThat(ServerVersion.redis(8, 0).atLeastValkey(8, 0)).isFalse();
    }

    @Test
    void comparesPartsAsNumbers() {
        assertThat(ServerVersion.redis(10, 0).atLeastRedis(9, 9)).isTrue();
        assertThat(ServerVersion.redis(2, 8).atLeastRedis(2, 10)).isFalse();
        assertThat(ServerVersion.redis(6, 2)).isLessThan(ServerVersion.redis(7, 0));
    }
}
