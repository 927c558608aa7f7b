package io.syncline.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// A test that takes a random `long` seed, and draws everything it varies from that.
///
/// ```java
/// @RandomTest(seeds = 100)
/// void decodesWhatItEncoded(long seed) { ... }
/// ```
///
/// A failure prints its seed; `-Dseed=N` replays it.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "seed={0}")
@ArgumentsSource(Seeds.class)
@ExtendWith(Seeds.class)
public @interface RandomTest {
    /// How many seeds one run tries.
    int seeds() default 5;
}
