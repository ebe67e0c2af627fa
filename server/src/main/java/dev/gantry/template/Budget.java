package dev.gantry.template;

/**
 * What the evaluation of one template may still use. Each node, each turn of a loop and each 16 characters that a function
 * reads or writes are a step, so that time and memory are bounded too. Used by one thread.
 */
final class Budget {

    /** The deepest nesting of blocks and parentheses, and of JSON. */
    static final int DEEPEST = 100;

    /** The longest text, in characters: the output, and each text on the way. */
    static final int LONGEST = 1024 * 1024;

    private static final long STEPS = 2_000_000;
    private static final int CHARACTERS_OF_STEP = 16;

    private long left = STEPS;

    void step() {
        use(1);
    }

    /** Uses the steps for a text of a length. */
    void text(long characters) {
        if (characters > LONGEST) {
            throw new TemplateFault(
                    "a text gets longer than %d characters, which is the limit: render less".formatted(LONGEST));
        }
        use(1 + characters / CHARACTERS_OF_STEP);
    }

    /** Uses the steps for work on characters. */
    void work(long characters) {
        use(1 + characters / CHARACTERS_OF_STEP);
    }

    /** Uses the steps for the elements of a list. */
    void elements(int count) {
        use(1 + count / CHARACTERS_OF_STEP);
    }

    private void use(long steps) {
        left -= steps;
        if (left < 0) {
            throw new TemplateFault(
                    "takes more than %d steps, which is the limit: use fewer or shorter loops".formatted(STEPS));
        }
    }

    /** Returns an empty text that can't get longer than the limit. */
    Writer writer() {
        return new Writer();
    }

    /** A text that is written piece by piece. */
    final class Writer {

        private final StringBuilder text = new StringBuilder();

        private Writer() {}

        Writer add(String more) {
            if ((long) text.length() + more.length() > LONGEST) {
                text((long) text.length() + more.length());
            }
            text(more.length());
            text.append(more);
            return this;
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
