package io.syncline.server.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// One name of `/metrics` and its series, at one moment. A counter's name gets `_total` at its end
/// when it is written, as Prometheus has it; units are seconds and bytes.
///
/// @param <T> what is measured
final class Family<T> {
    private final String name;
    private final String help;
    private final boolean counts;
    private final ToDoubleFunction<T> value;
    private final List<Labels> labels = new ArrayList<>();
    private final List<Double> values = new ArrayList<>();

    private Family(String name, String help, boolean counts, ToDoubleFunction<T> value) {
        this.name = name;
        this.help = help;
        this.counts = counts;
        this.value = value;
    }

    /// What goes up and down.
    static <T> Family<T> gauge(String name, String help, ToDoubleFunction<T> value) {
        return new Family<>(name, help, false, value);
    }

    /// What only grows.
    static <T> Family<T> counter(String name, String help, ToDoubleFunction<T> value) {
        return new Family<>(name, help, true, value);
    }

    void measure(Labels of, T it) {
        add(of, value.applyAsDouble(it));
    }

    /// What is not known has no line: -1 would be drawn as a lag.
    void add(Labels of, double number) {
        if (number >= 0) {
            labels.add(of);
            values.add(number);
        }
    }

    /// Nothing for a name without a series.
    Stream<MetricSnapshot> snapshot() {
        if (labels.isEmpty()) {
            return Stream.empty();
        }
        return Stream.of(counts ? counter() : gauge());
    }

    private MetricSnapshot counter() {
        CounterSnapshot.Builder all = CounterSnapshot.builder().name(name).help(help);
        for (int i = 0; i < labels.size(); i++) {
            all.dataPoint(
                    CounterDataPointSnapshot.builder()
                            .labels(labels.get(i))
                            .value(values.get(i))
                            .build());
        }
        return all.build();
    }

    private MetricSnapshot gauge() {
        GaugeSnapshot.Builder all = GaugeSnapshot.builder().name(name).help(help);
        for (int i = 0; i < labels.size(); i++) {
            all.dataPoint(
                    GaugeDataPointSnapshot.builder()
                            .labels(labels.get(i))
                            .value(values.get(i))
                            .build());
        }
        return all.build();
    }
}
