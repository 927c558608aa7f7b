package io.syncline.engine.twoway;

/// A slot moved on and back so fast around a crash that its moves cannot be told apart any more:
/// the task says so and stops.
final class Unfollowed extends RuntimeException {
    private static final long serialVersionUID = 1;
}
