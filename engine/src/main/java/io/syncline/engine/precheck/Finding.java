package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;

/// What one check found.
///
/// @param check the check's stable name, for example `target-empty`
/// @param severity what it means for the start
/// @param place the node it was found at
/// @param code the failure it would be, for an [Severity#ERROR]; [ErrorCode#INTERNAL] never
/// @param reason what was looked at and found
/// @param remedy what to do; empty when all is well
public record Finding(
        String check,
        Severity severity,
        String place,
        ErrorCode code,
        String reason,
        String remedy) {
    /// How much a finding weighs.
    public enum Severity {
        /// Looked at and well.
        OK,
        /// The task may start; the user should know.
        WARNING,
        /// The task may not start.
        ERROR
    }
}
