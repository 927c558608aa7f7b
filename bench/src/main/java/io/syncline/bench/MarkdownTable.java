package io.syncline.bench;

import java.util.ArrayList;
import java.util.List;

/// A table as it stands in PERFORMANCE.md.
final class MarkdownTable {
    private final List<List<String>> rows = new ArrayList<>();

    MarkdownTable(String... heading) {
        rows.add(List.of(heading));
    }

    void row(String... cells) {
        if (cells.length != rows.getFirst().size()) {
            throw new IllegalArgumentException(
                    cells.length + " cells under " + rows.getFirst().size() + " headings");
        }
        rows.add(List.of(cells));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            text.append("| ").append(String.join(" | ", row)).append(" |\n");
            if (row == rows.getFirst()) {
                text.append("|---".repeat(row.size())).append("|\n");
            }
        }
        return text.toString();
    }
}
