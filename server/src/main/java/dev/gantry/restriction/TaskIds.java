package dev.gantry.restriction;

import dev.gantry.v1.IdRange;
import dev.gantry.v1.IdRestriction;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The users, or the groups, that tasks may run as. */
final class TaskIds {

    /** The highest number of a user or a group: the next one means "no change" to the kernel. */
    static final long HIGHEST = 0xffff_fffeL;

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");

    private final String kind;
    private final boolean rootDenied;
    private final Optional<IdRestriction> restriction;

    /**
     * Takes the rules.
     *
     * @param kind {@code user} or {@code group}
     * @param rootDenied true if number 0 is not allowed
     * @param restriction the allowed numbers; empty: all
     */
    TaskIds(String kind, boolean rootDenied, Optional<IdRestriction> restriction) {
        this.kind = kind;
        this.rootDenied = rootDenied;
        this.restriction = restriction;
    }

    /**
     * Returns why a task may not run as it asks, as the rest of a sentence about the node.
     *
     * @param asked a number, a name, or an empty text if the image decides
     */
    Optional<String> refusal(String asked) {
        if (!restricts()) {
            return Optional.empty();
        }
        Optional<Long> number = number(asked);
        if (number.isEmpty()) {
            return Optional.of(
                    asked.isEmpty()
                            ? "does not allow a task without a %s, since its image decides then: %s"
                                    .formatted(kind, remedy())
                            : "does not allow the %s \"%s\", since the image decides which that is: %s"
                                    .formatted(kind, asked, remedy()));
        }
        if (rootDenied && number.get() == 0) {
            return Optional.of("does not allow the %s 0 (root): %s".formatted(kind, remedy()));
        }
        return isListed(number.get())
                ? Optional.empty()
                : Optional.of("does not allow the %s %d (allowed: %s)".formatted(kind, number.get(), words()));
    }

    /**
     * Returns why an image may not make its task a member of something, as {@link #refusal} does.
     *
     * @param asked what the image names
     */
    Optional<String> refusalOfImage(String asked) {
        boolean isAllowed = !restricts()
                || number(asked)
                        .filter(number -> !(rootDenied && number == 0) && isListed(number))
                        .isPresent();
        return isAllowed
                ? Optional.empty()
                : Optional.of("does not allow the supplementary %s %s of the image: use another image%s"
                        .formatted(kind, asked, restriction.isEmpty() ? "" : " (allowed: %s)".formatted(words())));
    }

    /** Returns true if some number is not allowed. */
    boolean restricts() {
        return rootDenied || restriction.isPresent();
    }

    /** Returns true if number 0 is not allowed. */
    boolean deniesRoot() {
        return rootDenied || !isListed(0);
    }

    private boolean isListed(long number) {
        return restriction
                .map(one -> one.getAllowList().stream().anyMatch(range -> isWithin(number, range)))
                .orElse(true);
    }

    private String remedy() {
        return restriction.isEmpty()
                ? "set %s to a number other than 0".formatted(kind)
                : "set %s to a number (allowed: %s)".formatted(kind, words());
    }

    private String words() {
        List<String> ranges = restriction.orElseThrow().getAllowList().stream()
                .map(RestrictionWords::of)
                .toList();
        return RestrictionWords.shortened(ranges);
    }

    private static boolean isWithin(long number, IdRange range) {
        return range.getFirst() <= number && number <= range.getLast();
    }

    private static Optional<Long> number(String text) {
        return Optional.of(text)
                .filter(asked -> NUMBER.matcher(asked).matches())
                .map(Long::valueOf)
                .filter(number -> number <= HIGHEST);
    }
}
