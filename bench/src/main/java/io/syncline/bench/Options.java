package io.syncline.bench;

import java.util.ArrayList;
import java.util.List;

/// What to measure, and how thoroughly.
///
/// @param quick an eighth of the data and few repeats: shows that all works, proves nothing
/// @param repeats 0 for the default of each scenario
/// @param verbose every single run on standard error, not only the table at the end
record Options(boolean quick, int repeats, boolean verbose, List<String> scenarios) {
    /// More would heat the machine for hours.
    private static final int MOST_REPEATS = 50;

    private static final int QUICK_DIVISOR = 8;
    private static final int QUICK_REPEATS = 2;

    Options {
        if (repeats < 0 || repeats > MOST_REPEATS) {
            throw new IllegalArgumentException(
                    "--repeats " + repeats + " is not in 1.." + MOST_REPEATS);
        }
        scenarios = List.copyOf(scenarios);
    }

    static Options parse(String[] arguments) {
        boolean quick = false;
        boolean verbose = false;
        int repeats = 0;
        List<String> scenarios = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.equals("--quick")) {
                quick = true;
            } else if (argument.equals("--verbose")) {
                verbose = true;
            } else if (argument.equals("--repeats") && i + 1 < arguments.length) {
                i++;
                repeats = Integer.parseInt(arguments[i]);
            } else if (argument.startsWith("-")) {
                throw new IllegalArgumentException(argument + " is not an option");
            } else {
                scenarios.add(argument);
            }
        }
        return new Options(quick, repeats, verbose, scenarios);
    }

    /// A number of keys or commands, smaller when quick.
    int scaled(int full) {
        return quick ? full / QUICK_DIVISOR : full;
    }

    int repeats(int usual) {
        if (repeats > 0) {
            return repeats;
        }
        return quick ? Math.min(usual, QUICK_REPEATS) : usual;
    }

    void say(String line) {
        if (verbose) {
            System.err.println(line);
        }
    }
}
