package dev.gantry.scheduler.constraint;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version such as {@code 1.30.0}, {@code v1.7rc2} or {@code 2.1.0-beta.3+git}. Syntax and order are those of
 * HashiCorp's go-version, so that Nomad's constraints mean the same here.
 *
 * <p>Missing numbers are zeros: {@code 1.2} and {@code 1.2.0} are the same version. The part after {@code +} is
 * ignored. A pre-release is lower than its release. Two pre-releases are compared word by word: a number is lower than
 * a text, and if all common words are equal, the one with more words is higher (SemVer 2.0.0, section 11). Here Gantry
 * differs from go-version, which puts {@code alpha} above {@code alpha.beta} but below {@code alpha.1}. This is not an
 * order, since {@code alpha.1 < alpha.beta}.
 *
 * <p>The natural order is not consistent with equals: {@code ~>} depends on how many numbers were written.
 *
 * @param numbers the numbers without zeros at the end
 * @param preRelease the words of the pre-release; empty for a release
 * @param precision how many numbers were written
 */
record Version(List<Long> numbers, List<String> preRelease, int precision) implements Comparable<Version> {

    /** In characters. Real versions are shorter, and the limit keeps matching cheap. */
    private static final int LONGEST = 256;

    private static final String WORDS = "[0-9A-Za-z~-]*(?:\\.[0-9A-Za-z~-]+)*";
    private static final Pattern SYNTAX = Pattern.compile("v?(?<numbers>\\d+(?:\\.\\d+)*)(?:-(?<numeric>\\d" + WORDS
            + ")|-?(?<named>[A-Za-z~-]" + WORDS + "))?(?:\\+[0-9A-Za-z~-]+(?:\\.[0-9A-Za-z~-]+)*)?");

    private static final Pattern DOT = Pattern.compile("\\.");
    private static final Pattern BEGIN_OF_SEMANTIC = Pattern.compile("v?[0-9.]+-");

    Version {
        numbers = List.copyOf(numbers);
        preRelease = List.copyOf(preRelease);
    }

    /**
     * Parses a version.
     *
     * @param text any text
     * @return the version; empty if the text is not a version
     */
    static Optional<Version> parse(String text) {
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            List<Long> numbers = numbers(matcher.group("numbers"));
            return Optional.of(new Version(withoutTrailingZeros(numbers), preRelease(matcher), numbers.size()));
        } catch (NumberFormatException e) {
            // A number above 2^63 - 1, as in go-version.
            return Optional.empty();
        }
    }

    /**
     * Parses a version as {@link #parse} does, but requires a dash before a pre-release, as SemVer 2.0.0 does.
     *
     * @param text any text
     * @return the version; empty if the text is not such a version
     */
    static Optional<Version> parseSemantic(String text) {
        return parse(text)
                .filter(version -> !version.isPreRelease()
                        || BEGIN_OF_SEMANTIC.matcher(text).lookingAt());
    }

    /** Returns true if the version is a pre-release. */
    boolean isPreRelease() {
        return !preRelease.isEmpty();
    }

    /** Returns the number at a place counted from 0; 0 after the last number. */
    long number(int place) {
        return place < numbers.size() ? numbers.get(place) : 0;
    }

    /** Returns true if the numbers of the other version are the same, whatever their pre-releases. */
    boolean hasSameNumbersAs(Version other) {
        return numbers.equals(other.numbers);
    }

    @Override
    public int compareTo(Version other) {
        int length = Math.max(numbers.size(), other.numbers.size());
        for (int place = 0; place < length; place++) {
            int order = Long.compare(number(place), other.number(place));
            if (order != 0) {
                return order;
            }
        }
        return comparePreRelease(other);
    }

    private int comparePreRelease(Version other) {
        if (!isPreRelease() || !other.isPreRelease()) {
            return Boolean.compare(other.isPreRelease(), isPreRelease());
        }
        int common = Math.min(preRelease.size(), other.preRelease.size());
        for (int place = 0; place < common; place++) {
            int order = compareWords(preRelease.get(place), other.preRelease.get(place));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(preRelease.size(), other.preRelease.size());
    }

    private static int compareWords(String word, String other) {
        boolean numeric = isNumeric(word);
        if (numeric != isNumeric(other)) {
            return numeric ? -1 : 1;
        }
        return numeric ? compareNumerals(word, other) : word.compareTo(other);
    }

    /** Compares two numerals of any length by their values. */
    private static int compareNumerals(String numeral, String other) {
        String significant = numeral.replaceFirst("^0+", "");
        String otherSignificant = other.replaceFirst("^0+", "");
        int order = Integer.compare(significant.length(), otherSignificant.length());
        return order != 0 ? order : significant.compareTo(otherSignificant);
    }

    private static boolean isNumeric(String word) {
        return word.chars().allMatch(character -> character >= '0' && character <= '9');
    }

    private static List<Long> numbers(String text) {
        return DOT.splitAsStream(text).map(Long::valueOf).toList();
    }

    private static List<Long> withoutTrailingZeros(List<Long> numbers) {
        List<Long> significant = new ArrayList<>(numbers);
        while (!significant.isEmpty() && significant.get(significant.size() - 1) == 0) {
            significant.remove(significant.size() - 1);
        }
        return significant;
    }

    private static List<String> preRelease(Matcher matcher) {
        String words = Optional.ofNullable(matcher.group("numeric")).orElseGet(() -> matcher.group("named"));
        return words == null ? List.of() : List.of(DOT.split(words));
    }
}
