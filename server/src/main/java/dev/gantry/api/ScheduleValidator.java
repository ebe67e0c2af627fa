package dev.gantry.api;

import dev.gantry.model.FieldPath;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Parameterized;
import dev.gantry.v1.PayloadRule;
import dev.gantry.v1.Periodic;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Validates the {@code periodic} and {@code parameterized} blocks of a job, and the fields that only the server sets.
 */
final class ScheduleValidator {

    private static final int MOST_CRONS = 64;

    private final CronCheck cron;

    ScheduleValidator(CronCheck cron) {
        this.cron = cron;
    }

    void check(Job job, Violations violations) {
        if (!job.getParentId().isEmpty()) {
            violations.add("parent_id", "is set by the server alone: leave it out");
        }
        if (!job.getPayload().isEmpty()) {
            violations.add("payload", "is set by a dispatch alone: submit the job without, then dispatch it");
        }
        if (job.hasPeriodic() && job.hasParameterized()) {
            violations.add("periodic", "can't stand beside parameterized: a job is run at times or when dispatched");
        }
        if (job.hasPeriodic()) {
            requireBatch(job, "periodic", violations);
            check(job.getPeriodic(), violations);
        }
        if (job.hasParameterized()) {
            requireBatch(job, "parameterized", violations);
            check(job.getParameterized(), violations);
        }
    }

    private static void requireBatch(Job job, String field, Violations violations) {
        if (job.getType() != JobType.JOB_TYPE_BATCH) {
            violations.add(
                    field,
                    "is for batch jobs only, and this is a %s job: set type to batch"
                            .formatted(UpdateValidator.typeOf(job)));
        }
    }

    private void check(Periodic periodic, Violations violations) {
        ZoneId zone = zone(periodic, violations);
        if (periodic.getCron().isBlank() && periodic.getCronsCount() == 0) {
            violations.add("periodic.cron", "is missing: say when, such as \"0 3 * * *\"");
        } else if (periodic.getCronsCount() == 0) {
            cron.fault(periodic.getCron(), zone).ifPresent(fault -> violations.add("periodic.cron", fault));
        } else if (!periodic.getCron().isEmpty()) {
            violations.add("periodic.crons", "can't stand beside cron: put all expressions into crons");
        } else {
            checkCrons(periodic.getCronsList(), zone, violations);
        }
    }

    /** Returns the time zone; UTC if it is left out or unknown. */
    private static ZoneId zone(Periodic periodic, Violations violations) {
        if (periodic.getTimeZone().isEmpty()) {
            return ZoneOffset.UTC;
        }
        try {
            return ZoneId.of(periodic.getTimeZone());
        } catch (DateTimeException e) {
            violations.add(
                    "periodic.time_zone",
                    "\"%s\" is no time zone: use one such as Europe/Berlin".formatted(periodic.getTimeZone()));
            return ZoneOffset.UTC;
        }
    }

    private void checkCrons(List<String> crons, ZoneId zone, Violations violations) {
        if (crons.size() > MOST_CRONS) {
            violations.add("periodic.crons", "has %d expressions: use at most %d".formatted(crons.size(), MOST_CRONS));
            return;
        }
        for (int i = 0; i < crons.size(); i++) {
            String field = FieldPath.element("periodic.crons", i);
            cron.fault(crons.get(i), zone).ifPresent(fault -> violations.add(field, fault));
        }
    }

    private static void check(Parameterized parameterized, Violations violations) {
        if (parameterized.getPayload() == PayloadRule.UNRECOGNIZED) {
            violations.add(
                    "parameterized.payload",
                    "%d is no rule: use optional, required or forbidden".formatted(parameterized.getPayloadValue()));
        }
        Set<String> keys = new HashSet<>();
        checkKeys(parameterized.getMetaRequiredList(), "parameterized.meta_required", keys, violations);
        checkKeys(parameterized.getMetaOptionalList(), "parameterized.meta_optional", keys, violations);
    }

    private static void checkKeys(List<String> list, String path, Set<String> keys, Violations violations) {
        for (int i = 0; i < list.size(); i++) {
            String key = list.get(i);
            String field = FieldPath.element(path, i);
            if (key.isEmpty() || key.indexOf('=') >= 0 || !TextRules.isPlain(key)) {
                violations.add(field, "\"%s\" is no key: it is empty, or has a = or a zero byte in it".formatted(key));
            } else if (!keys.add(key)) {
                violations.add(field, "\"%s\" is named twice".formatted(key));
            }
        }
    }
}
