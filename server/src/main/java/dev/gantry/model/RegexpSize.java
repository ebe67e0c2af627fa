package dev.gantry.model;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Estimates the size of a regular expression with its counted repetitions written out: each character counts 1, and a
 * repetition counts as often as it may repeat. The estimate is exact enough to bound the memory of the compiled
 * expression. Malformed expressions are left to the parser.
 */
final class RegexpSize {

    private static final int DEEPEST = 100;

    private final String text;
    private final int limit;

    private final Deque<Long> outer = new ArrayDeque<>();
    private long size;
    private long last;

    /**
     * Prepares the estimate.
     *
     * @param text the expression
     * @param limit the size beyond which {@link #isExceeded} returns true
     */
    RegexpSize(String text, int limit) {
        this.text = text;
        this.limit = limit;
    }

    /** Returns the size, at least 1; beyond the limit the size is not exact. */
    long size() {
        isExceeded();
        return Math.max(1, size);
    }

    /** Returns true if the size is above the limit, or if groups are nested more than a hundred deep. */
    boolean isExceeded() {
        outer.clear();
        size = 0;
        last = 0;
        int position = 0;
        while (position < text.length()) {
            position = read(position);
            if (size > limit || outer.size() > DEEPEST) {
                return true;
            }
        }
        return false;
    }

    /** Counts the construct at a position and returns the position after it. */
    private int read(int position) {
        return switch (text.charAt(position)) {
            case '(' -> open(position);
            case ')' -> close(position);
            case '{' -> repeat(position);
            case '[' -> addOne(endOfClass(position));
            case '\\' -> addEscaped(position);
            default -> addOne(position + 1);
        };
    }

    private int open(int position) {
        outer.push(size);
        size = 0;
        last = 0;
        return position + 1;
    }

    private int close(int position) {
        last = size;
        size += outer.isEmpty() ? 0 : outer.pop();
        return position + 1;
    }

    private int repeat(int position) {
        int end = text.indexOf('}', position);
        if (end < 0) {
            return addOne(position + 1);
        }
        long count = greatestNumber(text.substring(position + 1, end));
        size += last * (count - 1);
        last *= count;
        return end + 1;
    }

    private int addEscaped(int position) {
        if (!text.startsWith("\\Q", position)) {
            return addOne(position + 2);
        }
        int end = text.indexOf("\\E", position);
        int length = (end < 0 ? text.length() : end) - position;
        size += length;
        last = 1;
        return position + length;
    }

    private int addOne(int next) {
        size++;
        last = 1;
        return next;
    }

    /**
     * Returns the position after a character class. A closing bracket does not end the class where it is the first
     * member, is escaped, or belongs to a named class such as {@code [:alpha:]}.
     */
    private int endOfClass(int open) {
        int position = open + 1;
        if (text.startsWith("^", position)) {
            position++;
        }
        if (text.startsWith("]", position)) {
            position++;
        }
        while (position < text.length() && text.charAt(position) != ']') {
            position = afterMember(position);
        }
        return position + 1;
    }

    private int afterMember(int position) {
        if (text.charAt(position) == '\\') {
            return position + 2;
        }
        int end = text.startsWith("[:", position) ? text.indexOf(":]", position) : -1;
        return end < 0 ? position + 1 : end + 2;
    }

    private long greatestNumber(String counts) {
        long greatest = 1;
        for (String count : counts.split(",", -1)) {
            if (!count.isEmpty() && count.length() <= 9 && count.chars().allMatch(Character::isDigit)) {
                greatest = Math.max(greatest, Math.min(limit, Long.parseLong(count)));
            }
        }
        return greatest;
    }
}
