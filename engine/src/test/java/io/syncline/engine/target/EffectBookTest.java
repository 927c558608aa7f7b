package io.syncline.engine.target;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EffectBookTest {
    private static final int MEGABYTE = 1 << 20;

    private final EffectBook book = new EffectBook();

    @Test
    void theNewestResultsAreKeptAndTheOldestGo() {
        for (int i = 0; i < 40; i++) {
            book.put(i, new byte[MEGABYTE]);
        }
        assertThat(book.find(39)).hasSize(MEGABYTE);
        assertThat(book.find(30)).hasSize(MEGABYTE);
        assertThat(book.find(20)).isNull();
        assertThat(book.find(0)).isNull();
    }

    @Test
    void aResultThatIsWrittenAgainCountsOnce() {
        for (int i = 0; i < 40; i++) {
            book.put(7, new byte[MEGABYTE]);
        }
        book.put(8, new byte[1]);
        assertThat(book.find(7)).hasSize(MEGABYTE);
        assertThat(book.find(8)).hasSize(1);
    }

    @Test
    void offsetsThatCountAnewFindNothing() {
        book.put(7, new byte[1]);
        book.clear();
        assertThat(book.find(7)).isNull();
    }
}
