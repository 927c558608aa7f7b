package io.syncline.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The values of one quantity over the repeats.
final class Samples {
    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    double median() {
        return quantile(0.5);
    }

    double smallest() {
        return quantile(0);
    }

    double largest() {
        return quantile(1);
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    /// The value below which that share lies; between two values by interpolation.
    double quantile(double share) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = values.stream().sorted().toList();
        double place = share * (sorted.size() - 1);
        int below = (int) Math.floor(place);
        int above = (int) Math.ceil(place);
        double part = place - below;
        return sorted.get(below) * (1 - part) + sorted.get(above) * part;
    }

    /// `1.23 (1.20-1.31)`: median, smallest and largest.
    String show(int decimals) {
        if (values.isEmpty()) {
            return "-";
        }
        String number = "%." + decimals + "f";
        return String.format(
                Locale.ROOT,
                number + " (" + number + "-" + number + ")",
                median(),
                smallest(),
                largest());
    }

    String showMedian(int decimals) {
        return values.isEmpty() ? "-" : String.format(Locale.ROOT, "%." + decimals + "f", median());
    }
}
