package dev.gantry.jobfile;

import dev.gantry.jobfile.JobLocator.Place;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclValue.Body;
import dev.gantry.jobfile.hcl.UndeclaredVariableException;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobViolation;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A job that was read from a file, with the text of the file: what others find wrong with the job is shown there. */
public final class JobSource {

    private static final Comparator<Report> IN_ORDER = Comparator.comparing(
            report -> report.place().map(Place::position),
            (a, b) -> a.isPresent() && b.isPresent()
                    ? a.get().compareTo(b.get())
                    : Boolean.compare(a.isEmpty(), b.isEmpty()));

    private final String name;
    private final Parsed parsed;
    private final Faults faults;

    /**
     * What a text says.
     *
     * @param job the job
     * @param text the text
     * @param tree what the job was read from, in HCL or the JSON of Nomad's API; empty for the JSON of the job's message
     */
    record Parsed(Job job, String text, Optional<Body> tree) {}

    /** A fault and its place. */
    private record Report(Optional<Place> place, JobViolation violation) {}

    JobSource(String name, Parsed parsed, Faults faults) {
        this.name = name;
        this.parsed = parsed;
        this.faults = faults;
    }

    /**
     * Returns the job.
     *
     * @return the job as it is written in the file; defaults are not filled in
     * @throws JobFileException if the file has faults: all of them
     */
    public Job job() {
        if (!faults.isEmpty()) {
            throw JobFileException.of(name, parsed.text(), faults);
        }
        return parsed.job();
    }

    /**
     * Decides whether the file has faults, and {@link #job} throws.
     *
     * @return true if it has
     */
    public boolean hasFaults() {
        return !faults.isEmpty();
    }

    /**
     * Returns the variables that have a value from outside, and that the file does not declare.
     *
     * @return their names; each is a fault of the file
     */
    public Set<String> undeclared() {
        return faults.inOrder().stream()
                .filter(UndeclaredVariableException.class::isInstance)
                .map(fault -> ((UndeclaredVariableException) fault).variable())
                .collect(Collectors.toSet());
    }

    /**
     * Returns the same job without the faults of some {@link #undeclared} variables, whose values are for another file.
     *
     * @param others the names of these variables
     * @return the job, with the other faults
     */
    public JobSource without(Set<String> others) {
        Faults rest = new Faults();
        faults.inOrder().stream()
                .filter(fault ->
                        !(fault instanceof UndeclaredVariableException value) || !others.contains(value.variable()))
                .forEach(rest::add);
        return new JobSource(name, parsed, rest);
    }

    /**
     * Returns what could be read of the job.
     *
     * @return the job without what is at fault: for checks that find more faults, never for a submission
     */
    public Job readable() {
        return parsed.job();
    }

    /**
     * Makes the exception of a file with faults, of which others find more in what could be read of the job. Those that
     * may follow from a fault of the file are left out: in a line with such a fault, and of what the file does not say.
     *
     * @param violations what others find wrong with {@link #readable}; their paths as for {@link #reports}
     * @return an exception with all faults, in the order of the file
     */
    public JobFileException faultyWith(List<JobViolation> violations) {
        return JobFileException.of(name, parsed.text(), faultsWith(violations));
    }

    /**
     * Returns the faults of {@link #faultyWith} for programs.
     *
     * @param violations what others find wrong with {@link #readable}
     * @return the faults in the order of the file; the field of each is its place, {@code FILE:LINE:COLUMN}
     */
    public List<JobViolation> faults(List<JobViolation> violations) {
        return faultsWith(violations).inOrder().stream()
                .map(fault -> JobViolation.newBuilder()
                        .setField(name + ":" + fault.position())
                        .setDescription(SourceFiles.oneLine(fault.getMessage()))
                        .build())
                .toList();
    }

    private Faults faultsWith(List<JobViolation> violations) {
        Set<Integer> lines =
                faults.inOrder().stream().map(fault -> fault.position().line()).collect(Collectors.toSet());
        Function<String, Optional<Place>> locator = locator();
        Faults all = new Faults();
        all.addAll(faults);
        for (JobViolation violation : violations) {
            locator.apply(violation.getField())
                    .filter(Place::isSaid)
                    .filter(place -> !lines.contains(place.position().line()))
                    .ifPresent(place -> all.add(place.position(), place.name() + ": " + violation.getDescription()));
        }
        return all;
    }

    /**
     * Describes faults of the job at their places in the file.
     *
     * @param violations the faults; their paths are in the form of {@link dev.gantry.model.FieldPath}
     * @return for each a line {@code FILE:LINE:COLUMN: KEY: DESCRIPTION}, with the line of the file and a caret below its
     *     place, in the order of the file; then {@code PATH: DESCRIPTION} for each that has no place in it
     */
    public List<String> reports(List<JobViolation> violations) {
        String[] lines = parsed.text().split("\n", -1);
        Function<String, Optional<Place>> locator = locator();
        return violations.stream()
                .map(violation -> new Report(locator.apply(violation.getField()), violation))
                .sorted(IN_ORDER)
                .map(report -> text(report, lines))
                .toList();
    }

    /**
     * Makes the exception of a refused job.
     *
     * @param violations why it is refused, at least one
     * @param cause the refusal
     * @return an exception with the {@linkplain #reports reports}
     */
    public JobFileException refused(List<JobViolation> violations, Exception cause) {
        return new JobFileException(reports(violations), cause);
    }

    private Function<String, Optional<Place>> locator() {
        if (parsed.tree().isPresent()) {
            Body tree = parsed.tree().get();
            return path -> JobLocator.inHcl(tree, parsed.job(), path);
        }
        Optional<Body> json = NomadJson.tree(parsed.text());
        return path -> json.flatMap(tree -> JobLocator.inJson(tree, parsed.job(), path));
    }

    private String text(Report report, String[] lines) {
        String description = report.violation().getDescription();
        return report.place()
                .map(place -> JobFileException.report(name, lines, place.position(), place.name() + ": " + description))
                .orElseGet(() -> SourceFiles.oneLine(report.violation().getField() + ": " + description));
    }
}
