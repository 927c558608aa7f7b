package io.syncline.engine.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.fault.SynclineException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class AofManifestTest {
    private static final Path MANIFEST = Path.of("/data/appendonlydir/appendonly.aof.manifest");

    private static AofManifest parse(String text) {
        return AofManifest.parse(MANIFEST, text);
    }

    private static void refuses(String text, String reason) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(SynclineException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void baseThenIncrementsBesideTheManifestWithoutHistory() {
        AofManifest manifest =
                parse(
                        """
                        # written by a server
                        file a.2.base.rdb seq 2 type b
                        file a.1.base.rdb seq 1 type h
                        file a.2.incr.aof seq 2 type i startoffset 7
                        file "with \\"blank\\" a.3.incr.aof" seq 3 type i
                        """);
        assertThat(manifest.files())
                .containsExactly(
                        MANIFEST.resolveSibling("a.2.base.rdb"),
                        MANIFEST.resolveSibling("a.2.incr.aof"),
                        MANIFEST.resolveSibling("with \"blank\" a.3.incr.aof"));
    }

    @Test
    void whatCannotBeAManifestIsRefusedWithItsLine() {
        refuses("file ../secret seq 1 type b\n", "line 1 of the manifest: '../secret' is no name");
        refuses("file a seq 1 type i\nfile b seq 1 type i\n", "line 2 of the manifest: seq 1");
        refuses("file a seq 1 type b\nfile b seq 2 type b\n", "names 2 base files");
        refuses("file a seq 1 type x\n", "the type is none of b, i, h");
        refuses("file a seq one type i\n", "'one' is no sequence number");
        refuses("file \"a seq 1 type i\n", "a quote is not closed");
        refuses("hello\n", "it is no list of names and values");
        refuses("", "it names no file to load");
    }
}
