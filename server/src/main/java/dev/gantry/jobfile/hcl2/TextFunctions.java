package dev.gantry.jobfile.hcl2;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.gantry.model.BoundedRegexp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Functions on texts. Those that only put texts together pass on what is known only when the job runs. */
final class TextFunctions {

    private static final int WIDEST_INDENT = 1000;

    private TextFunctions() {}

    static void addTo(Functions.Table table) {
        table.add("chomp", 1, a -> Datum.text(trimmed(a.text(0), Set.of((int) '\r', (int) '\n'), false)));
        table.add("lower", 1, a -> Datum.text(a.text(0).toLowerCase(Locale.ROOT)));
        table.add("upper", 1, a -> Datum.text(a.text(0).toUpperCase(Locale.ROOT)));
        table.add("title", 1, a -> Datum.text(title(a.text(0))));
        table.add(
                "trim",
                2,
                a -> Datum.text(
                        trimmed(a.text(0), a.text(1).codePoints().boxed().collect(Collectors.toSet()), true)));
        table.add("trimspace", 1, a -> Datum.text(a.text(0).strip()));
        table.add("trimprefix", 2, a -> {
            String text = a.text(0);
            return Datum.text(
                    text.startsWith(a.text(1)) ? text.substring(a.text(1).length()) : text);
        });
        table.add("trimsuffix", 2, a -> {
            String text = a.text(0);
            return Datum.text(
                    text.endsWith(a.text(1))
                            ? text.substring(0, text.length() - a.text(1).length())
                            : text);
        });
        table.add("startswith", 2, a -> new Datum.Bool(a.text(0).startsWith(a.text(1))));
        table.add("endswith", 2, a -> new Datum.Bool(a.text(0).endsWith(a.text(1))));
        table.add("strcontains", 2, a -> {
            chargeSearch(a, a.text(0), a.text(1));
            return new Datum.Bool(a.text(0).contains(a.text(1)));
        });
        table.add("strlen", 1, a -> Datum.Numeral.of(Graphemes.count(a.segmented(0))));
        table.add("strrev", 1, a -> Datum.text(Graphemes.reversed(a.segmented(0))));
        table.add("substr", 3, TextFunctions::substr);
        table.add("replace", 3, TextFunctions::replace);
        table.add("split", 2, TextFunctions::split);
        table.add("join", 1, Integer.MAX_VALUE, TextFunctions::join);
        table.add("indent", 2, TextFunctions::indent);
        table.add("regex", 2, TextFunctions::regex);
        table.add("regexall", 2, TextFunctions::regexAll);
        table.add("regex_replace", 3, TextFunctions::regexReplace);
        table.add("format", 1, Integer.MAX_VALUE, a -> new Format(a).format());
        table.add("formatlist", 1, Integer.MAX_VALUE, a -> new Format(a).formatList());
    }

    private static String title(String text) {
        StringBuilder titled = new StringBuilder();
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            boolean part = Character.isLetterOrDigit(c) || c == '_' || c == '\'';
            titled.appendCodePoint(part && !inWord ? Character.toTitleCase(c) : c);
            inWord = part;
        }
        return titled.toString();
    }

    private static String trimmed(String text, Set<Integer> characters, boolean alsoStart) {
        int from = 0;
        int to = text.length();
        while (alsoStart && from < to && characters.contains(text.codePointAt(from))) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (from < to && characters.contains(text.codePointBefore(to))) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }

    private static Datum substr(Arguments a) {
        String text = a.segmented(0);
        int offset = a.integer(1, Integer.MIN_VALUE, Integer.MAX_VALUE);
        int length = a.integer(2, Integer.MIN_VALUE, Integer.MAX_VALUE);
        int from = offset < 0 ? Math.max(0, Graphemes.count(text) + offset) : offset;
        return Datum.text(Graphemes.part(text, from, length < 0 ? Integer.MAX_VALUE : length));
    }

    private static Datum replace(Arguments a) {
        String text = a.text(0);
        String old = a.text(1);
        String put = a.text(2);
        chargeSearch(a, text, old);
        long times = old.isEmpty() ? text.length() + 1L : occurrences(text, old);
        a.charge(times * put.length());
        return Datum.text(text.replace(old, put));
    }

    /** A search may look at each character of one text for each of the other. */
    private static void chargeSearch(Arguments a, String text, String part) {
        a.charge((long) text.length() * part.length() / 64);
    }

    private static long occurrences(String text, String part) {
        long times = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            times++;
        }
        return times;
    }

    private static Datum split(Arguments a) {
        String separator = a.text(0);
        String text = a.text(1);
        chargeSearch(a, text, separator);
        List<Datum> parts = new ArrayList<>();
        if (separator.isEmpty()) {
            text.codePoints().forEach(c -> parts.add(Datum.text(Character.toString(c))));
            return Datum.Sequence.of(parts);
        }
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
            parts.add(Datum.text(text.substring(from, at)));
            from = at + separator.length();
        }
        parts.add(Datum.text(text.substring(from)));
        return Datum.Sequence.of(parts);
    }

    private static Datum join(Arguments a) {
        String separator = a.text(0);
        StringBuilder joined = new StringBuilder();
        boolean known = true;
        boolean first = true;
        for (int i = 1; i < a.count(); i++) {
            for (Datum element : a.list(i)) {
                Datum.Text text = Evaluator.text(element, a.positionOf(i));
                a.charge(separator.length() + text.size());
                joined.append(first ? "" : separator).append(text.value());
                known &= text.known();
                first = false;
            }
        }
        return new Datum.Text(joined.toString(), known);
    }

    private static Datum indent(Arguments a) {
        String blanks = " ".repeat(a.integer(0, 0, WIDEST_INDENT));
        Datum.Text text = Evaluator.text(a.any(1), a.positionOf(1));
        a.charge(occurrences(text.value(), "\n") * blanks.length());
        return new Datum.Text(text.value().replace("\n", "\n" + blanks), text.known());
    }

    private static Pattern pattern(Arguments a, int index) {
        String written = a.text(index);
        try {
            return BoundedRegexp.compile(written);
        } catch (IllegalArgumentException e) {
            throw a.fault(index, "this regular expression can't be used: " + e.getMessage());
        }
    }

    /** The work of a match grows with both sizes. */
    private static Matcher matcher(Arguments a, int pattern, int text) {
        a.charge((1L + BoundedRegexp.size(a.text(pattern))) * a.text(text).length() / 4);
        return pattern(a, pattern).matcher(a.text(text));
    }

    private static Datum regex(Arguments a) {
        Matcher matcher = matcher(a, 0, 1);
        if (!matcher.find()) {
            throw a.fault(1, "nothing here matches the regular expression");
        }
        return match(matcher);
    }

    private static Datum regexAll(Arguments a) {
        Matcher matcher = matcher(a, 0, 1);
        List<Datum> all = new ArrayList<>();
        while (matcher.find()) {
            Datum match = match(matcher);
            a.charge(match.size());
            all.add(match);
        }
        return Datum.Sequence.of(all);
    }

    /** Returns the whole match if there are no groups, a map if they have names, else a list. */
    private static Datum match(Matcher matcher) {
        if (matcher.groupCount() == 0) {
            return Datum.text(matcher.group());
        }
        Map<String, Integer> named = matcher.pattern().namedGroups();
        if (named.isEmpty()) {
            List<Datum> groups = new ArrayList<>();
            for (int i = 1; i <= matcher.groupCount(); i++) {
                groups.add(group(matcher, i));
            }
            return Datum.Sequence.of(groups);
        }
        Map<String, Datum> groups = new LinkedHashMap<>();
        named.forEach((name, index) -> groups.put(name, group(matcher, index)));
        return Datum.Table.of(groups);
    }

    private static Datum group(Matcher matcher, int index) {
        String group = matcher.group(index);
        return group == null ? Datum.Null.NULL : Datum.text(group);
    }

    private static Datum regexReplace(Arguments a) {
        Matcher matcher = matcher(a, 1, 0);
        String text = a.text(0);
        String put = a.text(2);
        StringBuilder replaced = new StringBuilder();
        int from = 0;
        while (matcher.find()) {
            String expanded = expanded(put, matcher, a);
            a.charge(1L + expanded.length());
            replaced.append(text, from, matcher.start()).append(expanded);
            from = matcher.end();
        }
        return Datum.text(replaced.append(text, from, text.length()).toString());
    }

    /** Fills in <code>$1</code>, <code>${1}</code> and <code>${name}</code>, as Go does. */
    private static String expanded(String put, Matcher matcher, Arguments a) {
        if (put.indexOf('$') < 0) {
            return put;
        }
        StringBuilder text = new StringBuilder();
        java.util.regex.Matcher reference = REFERENCE.matcher(put);
        int from = 0;
        while (reference.find()) {
            text.append(put, from, reference.start());
            from = reference.end();
            String name = reference.group(1) == null ? reference.group(2) : reference.group(1);
            String value = name == null ? "$" : groupNamed(name, matcher);
            a.charge(value.length());
            text.append(value);
        }
        return text.append(put, from, put.length()).toString();
    }

    private static final java.util.regex.Pattern REFERENCE =
            java.util.regex.Pattern.compile("\\$(?:\\{(\\w{1,100})\\}|(\\w{1,100})|\\$)");

    private static String groupNamed(String name, Matcher matcher) {
        Integer index = name.matches("[0-9]{1,4}")
                ? Integer.valueOf(name)
                : matcher.pattern().namedGroups().get(name);
        boolean known = index != null && index <= matcher.groupCount() && matcher.group(index) != null;
        return known ? matcher.group(index) : "";
    }
}
