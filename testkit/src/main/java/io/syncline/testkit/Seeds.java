package io.syncline.testkit;

import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/// Gives a [RandomTest] its seeds, and says how to replay one that failed.
public final class Seeds implements ArgumentsProvider, AfterTestExecutionCallback {
    /// With `-Dseed=N` every random test runs once, with this seed.
    private static final String PROPERTY = "seed";

    /// Small enough to be typed.
    private static final int BOUND = 1_000_000;

    /// The one seed of a test that takes too long for several. It is said at once: a test that
    /// hangs says nothing later.
    public static long one(Class<?> test) {
        long seed = Long.getLong(PROPERTY, RandomGenerator.getDefault().nextInt(BOUND));
        System.err.println(test.getSimpleName() + ": replay with -D" + PROPERTY + "=" + seed);
        return seed;
    }

    @Override
    public Stream<? extends Arguments> provideArguments(
            ParameterDeclarations parameters, ExtensionContext context) {
        Long replayed = Long.getLong(PROPERTY);
        if (replayed != null) {
            return Stream.of(Arguments.of(replayed));
        }
        RandomTest test = context.getRequiredTestMethod().getAnnotation(RandomTest.class);
        RandomGenerator random = RandomGenerator.getDefault();
        return IntStream.range(0, test.seeds())
                .mapToObj(index -> Arguments.of(random.nextLong(Integer.MAX_VALUE)));
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        @Nullable Throwable failure = context.getExecutionException().orElse(null);
        if (failure != null) {
            System.err.println(replay(context));
        }
    }

    /// The display name is the seed's: see [RandomTest].
    private static String replay(ExtensionContext context) {
        return context.getRequiredTestClass().getSimpleName()
                + "."
                + context.getRequiredTestMethod().getName()
                + " failed; replay with -D"
                + context.getDisplayName();
    }
}
