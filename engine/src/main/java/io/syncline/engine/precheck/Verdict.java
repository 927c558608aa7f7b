package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.precheck.Finding.Severity;
import java.util.List;

/// Where one check puts its findings.
///
/// @param check its name
/// @param findings those of every check so far
record Verdict(String check, List<Finding> findings) {
    void ok(HostPort place, String reason) {
        ok(place.toString(), reason);
    }

    void ok(String place, String reason) {
        // A finding that is no failure has no code of its own; this one is shown to nobody.
        add(Severity.OK, new Failure(ErrorCode.BAD_OPTION, place, reason, ""));
    }

    /// A check that could not look, at something the task can start without.
    void unknown(Node node, String what, String why) {
        ok(node.address(), what + " cannot be looked at: " + why);
    }

    void warning(HostPort place, ErrorCode code, String reason, String remedy) {
        add(Severity.WARNING, new Failure(code, place.toString(), reason, remedy));
    }

    void warning(String place, ErrorCode code, String reason, String remedy) {
        add(Severity.WARNING, new Failure(code, place, reason, remedy));
    }

    void error(HostPort place, ErrorCode code, String reason, String remedy) {
        error(place.toString(), code, reason, remedy);
    }

    void error(String place, ErrorCode code, String reason, String remedy) {
        add(Severity.ERROR, new Failure(code, place, reason, remedy));
    }

    void add(Severity severity, Failure failure) {
        findings.add(
                new Finding(
                        check,
                        severity,
                        failure.place(),
                        failure.code(),
                        failure.reason(),
                        failure.remedy()));
    }
}
