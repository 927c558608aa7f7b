package io.syncline.bench;

/// One question, measured and answered as Markdown.
@FunctionalInterface
interface Scenario {
    String measure(Options options);
}
