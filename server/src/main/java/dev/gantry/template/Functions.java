package dev.gantry.template;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.gantry.model.BoundedRegexp;
import dev.gantry.model.Spelling;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The functions of templates by their names: Go's own, and those of consul-template, with the order of its arguments. */
final class Functions {

    private static final int ANY = Integer.MAX_VALUE;

    private static final Map<String, Function> ALL = all();

    /** The functions of consul-template and Nomad that are not supported, and what to do instead. */
    private static final Map<String, String> INSTEAD = instead();

    private Functions() {}

    /** Returns the names of all functions, sorted. */
    static Set<String> names() {
        return Collections.unmodifiableSet(new TreeSet<>(ALL.keySet()));
    }

    /** Returns the names of the functions that are refused with a remedy, sorted. */
    static Set<String> refused() {
        return Collections.unmodifiableSet(new TreeSet<>(INSTEAD.keySet()));
    }

    /**
     * Returns a function.
     *
     * @throws TemplateException if there is none of the name
     */
    static Function named(Token word) throws TemplateException {
        Function function = ALL.get(word.text());
        if (function != null) {
            return function;
        }
        String instead = INSTEAD.get(word.text());
        throw new TemplateException(
                word.position(),
                instead == null
                        ? "there is no function %s; %s".formatted(word.text(), Spelling.hint(word.text(), names()))
                        : "the function %s is not supported: %s".formatted(word.text(), instead));
    }

    private static Map<String, String> instead() {
        Map<String, String> instead = new TreeMap<>();
        String kv = "Gantry has no Consul; store the value as a variable and use nomadVar \"PATH\"";
        List.of(
                        "key",
                        "keyExists",
                        "keyOrDefault",
                        "ls",
                        "safeLs",
                        "tree",
                        "safeTree",
                        "keyExistsGet",
                        "byKey",
                        "explode")
                .forEach(name -> instead.put(name, kv));
        String consul = "Gantry has no Consul; use nomadService \"NAME\", which reads Gantry's own directory";
        List.of("service", "services", "connect", "node", "nodes", "datacenters", "caRoots", "caLeaf", "byMeta")
                .forEach(name -> instead.put(name, consul));
        String vault = "Gantry has no Vault; store the secret as a variable and use nomadVar \"PATH\"";
        List.of("secret", "secrets", "pkiCert", "writeToFile").forEach(name -> instead.put(name, vault));
        List.of("nomadServices", "nomadVarList", "nomadVarListSafe")
                .forEach(
                        name -> instead.put(
                                name,
                                "what a template reads is checked when the job is submitted; name each one with nomadService \"NAME\" or nomadVar \"PATH\""));
        instead.put("file", "a template reads no files of the node; use source for the whole template, or a variable");
        instead.put("plugin", "a template runs no programs; let a prestart task write the file");
        List.of("timestamp", "sockaddr", "executeTemplate", "mergeMap", "scratch")
                .forEach(name -> instead.put(name, "compute it in the task, or in a prestart task"));
        List.of("parseYAML", "toYAML", "toTOML")
                .forEach(name -> instead.put(name, "use parseJSON and toJSON, or printf"));
        List.of("html", "js", "call", "slice")
                .forEach(name -> instead.put(name, "Gantry has no such function of Go; compute it in the task"));
        return instead;
    }

    private static Map<String, Function> all() {
        Map<String, Function> all = new TreeMap<>();
        addLookups(all);
        addLogic(all);
        addTexts(all);
        addEncodings(all);
        addLists(all);
        addNumbers(all);
        return Collections.unmodifiableMap(all);
    }

    private static void addLookups(Map<String, Function> all) {
        all.put(
                "env",
                new Function(
                        1, 1, (call, a) -> text(call.inputs().env(text(a, 0)).orElse(""))));
        all.put(
                "envOrDefault",
                new Function(
                        2, 2, (call, a) -> text(call.inputs().env(text(a, 0)).orElse(text(a, 1)))));
        all.put(
                "mustEnv",
                new Function(
                        1,
                        1,
                        (call, a) -> text(call.inputs()
                                .env(text(a, 0))
                                .orElseThrow(() -> new TemplateFault(
                                        "there is no environment variable \"%s\"".formatted(text(a, 0)))))));
        all.put("nomadService", new Function(1, 3, ServiceFunction::find));
        all.put(
                "nomadVar",
                new Function(
                        1,
                        1,
                        (call, a) -> items(call.inputs()
                                .variable(LookupArguments.path(text(a, 0)))
                                .orElseThrow(() ->
                                        new TemplateFault("there is no variable \"%s\"".formatted(text(a, 0)))))));
        all.put(
                "nomadVarExists",
                new Function(
                        1,
                        1,
                        (call, a) -> new Value.Bool(call.inputs()
                                .variable(LookupArguments.path(text(a, 0)))
                                .isPresent())));
    }

    private static void addLogic(Map<String, Function> all) {
        // Evaluator evaluates their arguments only as far as they are needed.
        all.put("and", new Function(1, ANY, (call, a) -> a.get(a.size() - 1)));
        all.put("or", new Function(1, ANY, (call, a) -> a.get(a.size() - 1)));
        all.put("not", new Function(1, 1, (call, a) -> new Value.Bool(!a.get(0).isTrue())));
        all.put(
                "eq",
                new Function(
                        2,
                        ANY,
                        (call, a) -> new Value.Bool(
                                a.stream().skip(1).anyMatch(other -> Comparisons.areEqual(a.get(0), other)))));
        all.put("ne", new Function(2, 2, (call, a) -> new Value.Bool(!Comparisons.areEqual(a.get(0), a.get(1)))));
        all.put("lt", new Function(2, 2, (call, a) -> new Value.Bool(Comparisons.compare(a.get(0), a.get(1)) < 0)));
        all.put("le", new Function(2, 2, (call, a) -> new Value.Bool(Comparisons.compare(a.get(0), a.get(1)) <= 0)));
        all.put("gt", new Function(2, 2, (call, a) -> new Value.Bool(Comparisons.compare(a.get(0), a.get(1)) > 0)));
        all.put("ge", new Function(2, 2, (call, a) -> new Value.Bool(Comparisons.compare(a.get(0), a.get(1)) >= 0)));
    }

    private static void addTexts(Map<String, Function> all) {
        all.put("print", new Function(0, ANY, (call, a) -> text(new GoText(call.budget()).print(a))));
        all.put("println", new Function(0, ANY, (call, a) -> text(new GoText(call.budget()).println(a))));
        all.put(
                "printf",
                new Function(
                        1,
                        ANY,
                        (call, a) -> text(new GoText(call.budget()).printf(text(a, 0), a.subList(1, a.size())))));
        all.put("toLower", new Function(1, 1, (call, a) -> text(text(a, 0).toLowerCase(Locale.ROOT))));
        all.put("toUpper", new Function(1, 1, (call, a) -> text(text(a, 0).toUpperCase(Locale.ROOT))));
        all.put("toTitle", new Function(1, 1, (call, a) -> text(title(text(a, 0)))));
        all.put("trimSpace", new Function(1, 1, (call, a) -> text(text(a, 0).strip())));
        all.put("trim", new Function(2, 2, (call, a) -> text(trim(text(a, 0), text(a, 1)))));
        all.put(
                "trimPrefix",
                new Function(
                        2,
                        2,
                        (call, a) -> text(
                                text(a, 1).startsWith(text(a, 0))
                                        ? text(a, 1).substring(text(a, 0).length())
                                        : text(a, 1))));
        all.put(
                "trimSuffix",
                new Function(
                        2,
                        2,
                        (call, a) -> text(
                                text(a, 1).endsWith(text(a, 0))
                                        ? text(a, 1)
                                                .substring(
                                                        0,
                                                        text(a, 1).length()
                                                                - text(a, 0).length())
                                        : text(a, 1))));
        all.put("indent", new Function(2, 2, (call, a) -> text(indent(call.budget(), whole(a, 0), text(a, 1)))));
        all.put(
                "replaceAll",
                new Function(3, 3, (call, a) -> text(replaceAll(call.budget(), text(a, 0), text(a, 1), text(a, 2)))));
        all.put(
                "regexMatch",
                new Function(
                        2,
                        2,
                        (call, a) -> new Value.Bool(
                                matcher(call.budget(), text(a, 0), text(a, 1)).find())));
        all.put(
                "regexReplaceAll",
                new Function(
                        3,
                        3,
                        (call, a) -> text(regexReplaceAll(
                                call.budget(),
                                matcher(call.budget(), text(a, 0), text(a, 2)),
                                text(a, 1),
                                text(a, 2)))));
    }

    private static void addEncodings(Map<String, Function> all) {
        all.put("toJSON", new Function(1, 1, (call, a) -> text(new GoJson(call.budget()).write(a.get(0), false))));
        all.put("toJSONPretty", new Function(1, 1, (call, a) -> text(new GoJson(call.budget()).write(a.get(0), true))));
        all.put(
                "parseJSON",
                new Function(
                        1,
                        1,
                        (call, a) -> text(a, 0).isEmpty()
                                ? new Value.Pairs(Map.of())
                                : new GoJson(call.budget()).read(text(a, 0))));
        all.put("parseBool", new Function(1, 1, (call, a) -> new Value.Bool(parseBool(text(a, 0)))));
        all.put("parseInt", new Function(1, 1, (call, a) -> new Value.Int(parseInt(text(a, 0)))));
        all.put("parseUint", new Function(1, 1, (call, a) -> new Value.Int(parseUint(text(a, 0)))));
        all.put("parseFloat", new Function(1, 1, (call, a) -> new Value.Real(parseFloat(text(a, 0)))));
        all.put(
                "base64Encode",
                new Function(1, 1, (call, a) -> text(Base64.getEncoder().encodeToString(bytes(a, 0)))));
        all.put("base64Decode", new Function(1, 1, (call, a) -> decoded(Base64.getDecoder(), a)));
        all.put(
                "base64URLEncode",
                new Function(1, 1, (call, a) -> text(Base64.getUrlEncoder().encodeToString(bytes(a, 0)))));
        all.put("base64URLDecode", new Function(1, 1, (call, a) -> decoded(Base64.getUrlDecoder(), a)));
        all.put("sha256Hex", new Function(1, 1, (call, a) -> text(digest("SHA-256", bytes(a, 0)))));
        all.put("md5sum", new Function(1, 1, (call, a) -> text(digest("MD5", bytes(a, 0)))));
        all.put(
                "urlquery",
                new Function(
                        1,
                        ANY,
                        (call, a) -> text(URLEncoder.encode(new GoText(call.budget()).print(a), StandardCharsets.UTF_8)
                                .replace("*", "%2A")
                                .replace("%7E", "~"))));
    }

    private static void addLists(Map<String, Function> all) {
        all.put("len", new Function(1, 1, (call, a) -> new Value.Int(length(a.get(0)))));
        all.put("index", new Function(1, ANY, (call, a) -> index(a)));
        all.put("split", new Function(2, 2, (call, a) -> split(call.budget(), text(a, 0), text(a, 1))));
        all.put("join", new Function(2, 2, (call, a) -> text(join(call.budget(), text(a, 0), list(a, 1)))));
        all.put("contains", new Function(2, 2, (call, a) -> new Value.Bool(isIn(a.get(1), a.get(0)))));
        all.put("in", new Function(2, 2, (call, a) -> new Value.Bool(isIn(a.get(0), a.get(1)))));
        all.put(
                "containsAll",
                new Function(
                        2,
                        2,
                        (call, a) -> new Value.Bool(list(a, 0).stream().allMatch(wanted -> isIn(a.get(1), wanted)))));
        all.put(
                "containsAny",
                new Function(
                        2,
                        2,
                        (call, a) -> new Value.Bool(list(a, 0).stream().anyMatch(wanted -> isIn(a.get(1), wanted)))));
        all.put(
                "containsNone",
                new Function(
                        2,
                        2,
                        (call, a) -> new Value.Bool(list(a, 0).stream().noneMatch(wanted -> isIn(a.get(1), wanted)))));
        all.put("loop", new Function(1, 2, Functions::loop));
        all.put("byTag", new Function(1, 1, (call, a) -> byTag(call.budget(), list(a, 0))));
    }

    private static void addNumbers(Map<String, Function> all) {
        all.put("add", new Function(2, 2, (call, a) -> Arithmetic.of(a.get(1), a.get(0), Arithmetic.Operation.ADD)));
        all.put(
                "subtract",
                new Function(2, 2, (call, a) -> Arithmetic.of(a.get(1), a.get(0), Arithmetic.Operation.SUBTRACT)));
        all.put(
                "multiply",
                new Function(2, 2, (call, a) -> Arithmetic.of(a.get(1), a.get(0), Arithmetic.Operation.MULTIPLY)));
        all.put(
                "divide",
                new Function(2, 2, (call, a) -> Arithmetic.of(a.get(1), a.get(0), Arithmetic.Operation.DIVIDE)));
        all.put(
                "modulo",
                new Function(2, 2, (call, a) -> Arithmetic.of(a.get(1), a.get(0), Arithmetic.Operation.MODULO)));
        all.put(
                "minimum",
                new Function(2, 2, (call, a) -> Arithmetic.of(a.get(1), a.get(0), Arithmetic.Operation.MINIMUM)));
        all.put(
                "maximum",
                new Function(2, 2, (call, a) -> Arithmetic.of(a.get(1), a.get(0), Arithmetic.Operation.MAXIMUM)));
    }

    private static Value text(String text) {
        return new Value.Text(text);
    }

    private static String text(List<Value> arguments, int i) {
        if (arguments.get(i) instanceof Value.Text text) {
            return text.value();
        }
        throw wrongKind(arguments, i, "text");
    }

    private static long whole(List<Value> arguments, int i) {
        if (arguments.get(i) instanceof Value.Int number) {
            return number.value();
        }
        throw wrongKind(arguments, i, "integer");
    }

    private static List<Value> list(List<Value> arguments, int i) {
        if (arguments.get(i) instanceof Value.Items items) {
            return items.values();
        }
        throw wrongKind(arguments, i, "list");
    }

    private static TemplateFault wrongKind(List<Value> arguments, int i, String wanted) {
        return new TemplateFault("argument %d is no %s, but of the kind %s"
                .formatted(i + 1, wanted, arguments.get(i).kind()));
    }

    private static byte[] bytes(List<Value> arguments, int i) {
        return text(arguments, i).getBytes(StandardCharsets.UTF_8);
    }

    private static Value items(Map<String, String> variable) {
        Map<String, Value> items = new TreeMap<>();
        variable.forEach((key, value) -> items.put(key, new Value.Text(value)));
        return new Value.Pairs(items);
    }

    private static String title(String text) {
        StringBuilder title = new StringBuilder(text.length());
        boolean isInWord = false;
        for (int c : text.codePoints().toArray()) {
            title.appendCodePoint(isInWord ? c : Character.toTitleCase(c));
            isInWord = Character.isLetterOrDigit(c) || c == '_' || c == '\'';
        }
        return title.toString();
    }

    private static String trim(String characters, String text) {
        int from = 0;
        int to = text.length();
        while (from < to && characters.indexOf(text.codePointAt(from)) >= 0) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (from < to && characters.indexOf(text.codePointBefore(to)) >= 0) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }

    private static String indent(Budget budget, long spaces, String text) {
        if (spaces < 0 || spaces > Budget.LONGEST) {
            throw new TemplateFault("can't indent by %d spaces".formatted(spaces));
        }
        Budget.Writer indented = budget.writer();
        String prefix = " ".repeat((int) spaces);
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            indented.add(i == 0 ? "" : "\n")
                    .add(lines[i].isEmpty() ? "" : prefix)
                    .add(lines[i]);
        }
        return indented.toString();
    }

    private static String replaceAll(Budget budget, String from, String to, String text) {
        Budget.Writer replaced = budget.writer();
        if (from.isEmpty()) {
            replaced.add(to);
            text.codePoints().forEach(c -> replaced.add(Character.toString(c)).add(to));
            return replaced.toString();
        }
        int at = 0;
        for (int found = text.indexOf(from); found >= 0; found = text.indexOf(from, at)) {
            replaced.add(text.substring(at, found)).add(to);
            at = found + from.length();
        }
        return replaced.add(text.substring(at)).toString();
    }

    /** A match takes time by the sizes of both. */
    private static Matcher matcher(Budget budget, String expression, String text) {
        try {
            Pattern pattern = BoundedRegexp.compile(expression);
            budget.work(BoundedRegexp.size(expression) * text.length());
            return pattern.matcher(text);
        } catch (IllegalArgumentException e) {
            throw new TemplateFault("the regular expression can't be used: " + e.getMessage());
        }
    }

    private static String regexReplaceAll(Budget budget, Matcher matcher, String replacement, String text) {
        Budget.Writer replaced = budget.writer();
        int at = 0;
        while (matcher.find()) {
            replaced.add(text.substring(at, matcher.start()));
            expand(replacement, matcher, replaced);
            at = matcher.end();
        }
        return replaced.add(text.substring(at)).toString();
    }

    /** Replaces {@code $1}, <code>${1}</code> and names of groups, of which Go takes the longest, and {@code $$}. */
    private static void expand(String replacement, Matcher matcher, Budget.Writer text) {
        int at = 0;
        while (at < replacement.length()) {
            int dollar = replacement.indexOf('$', at);
            if (dollar < 0 || dollar + 1 == replacement.length()) {
                break;
            }
            text.add(replacement.substring(at, dollar));
            boolean hasBrace = replacement.charAt(dollar + 1) == '{';
            int start = dollar + (hasBrace ? 2 : 1);
            int end = start;
            while (end < replacement.length() && isName(replacement.charAt(end))) {
                end++;
            }
            boolean isClosed = !hasBrace || (end < replacement.length() && replacement.charAt(end) == '}');
            if (replacement.charAt(dollar + 1) == '$') {
                text.add("$");
                at = dollar + 2;
            } else if (end == start || !isClosed) {
                text.add("$");
                at = dollar + 1;
            } else {
                text.add(group(matcher, replacement.substring(start, end)));
                at = end + (hasBrace ? 1 : 0);
            }
        }
        text.add(replacement.substring(at));
    }

    private static boolean isName(char c) {
        return c == '_' || Character.isLetterOrDigit(c);
    }

    private static String group(Matcher matcher, String name) {
        boolean isNumber = name.matches("\\d{1,9}");
        if (isNumber && Integer.parseInt(name) > matcher.groupCount()) {
            return "";
        }
        try {
            String group = isNumber ? matcher.group(Integer.parseInt(name)) : matcher.group(name);
            return group == null ? "" : group;
        } catch (IllegalArgumentException e) {
            // As in Go, a group that does not exist is empty.
            return "";
        }
    }

    private static boolean parseBool(String text) {
        return switch (text) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "", "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw new TemplateFault("the text is neither true nor false");
        };
    }

    private static long parseInt(String text) {
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new TemplateFault("the text is no integer, or is too large");
        }
    }

    private static long parseUint(String text) {
        if (!text.matches("\\d*")) {
            throw new TemplateFault("the text is no integer of 0 or more");
        }
        return parseInt(text);
    }

    private static double parseFloat(String text) {
        try {
            return text.isEmpty() ? 0 : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new TemplateFault("the text is no number");
        }
    }

    private static Value decoded(Base64.Decoder decoder, List<Value> arguments) {
        try {
            byte[] bytes = decoder.decode(text(arguments, 0));
            return text(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (IllegalArgumentException e) {
            throw new TemplateFault("the text is not encoded in base64");
        } catch (CharacterCodingException e) {
            throw new TemplateFault("the decoded bytes are no text in UTF-8");
        }
    }

    private static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java lacks " + algorithm, e);
        }
    }

    private static long length(Value value) {
        if (value instanceof Value.Text text) {
            return text.value().getBytes(StandardCharsets.UTF_8).length;
        }
        if (value instanceof Value.Items items) {
            return items.values().size();
        }
        if (value instanceof Value.Pairs pairs) {
            return pairs.entries().size();
        }
        throw new TemplateFault("a value of the kind %s has no length".formatted(value.kind()));
    }

    private static Value index(List<Value> arguments) {
        Value value = arguments.get(0);
        for (int i = 1; i < arguments.size(); i++) {
            if (value instanceof Value.Items items) {
                long index = whole(arguments, i);
                if (index < 0 || index >= items.values().size()) {
                    throw new TemplateFault("there is no element %d in a list of %d"
                            .formatted(index, items.values().size()));
                }
                value = items.values().get((int) index);
            } else if (value instanceof Value.Pairs pairs) {
                value = pairs.entries().getOrDefault(text(arguments, i), Value.None.NONE);
            } else {
                throw new TemplateFault("a value of the kind %s has no elements".formatted(value.kind()));
            }
        }
        return value;
    }

    private static Value split(Budget budget, String separator, String text) {
        String stripped = text.strip();
        if (stripped.isEmpty()) {
            return new Value.Items(List.of());
        }
        List<Value> parts = new ArrayList<>();
        if (separator.isEmpty()) {
            stripped.codePoints().forEach(c -> {
                budget.step();
                parts.add(new Value.Text(Character.toString(c)));
            });
            return new Value.Items(parts);
        }
        int at = 0;
        for (int found = stripped.indexOf(separator); found >= 0; found = stripped.indexOf(separator, at)) {
            budget.step();
            parts.add(new Value.Text(stripped.substring(at, found)));
            at = found + separator.length();
        }
        parts.add(new Value.Text(stripped.substring(at)));
        return new Value.Items(parts);
    }

    private static String join(Budget budget, String separator, List<Value> items) {
        Budget.Writer joined = budget.writer();
        String before = "";
        for (Value item : items) {
            if (!(item instanceof Value.Text text)) {
                throw new TemplateFault(
                        "the list has an element of the kind %s; it may have only texts".formatted(item.kind()));
            }
            joined.add(before).add(text.value());
            before = separator;
        }
        return joined.toString();
    }

    private static boolean isIn(Value all, Value wanted) {
        if (all instanceof Value.Items items) {
            return items.values().contains(wanted);
        }
        return all instanceof Value.Text text
                && wanted instanceof Value.Text part
                && text.value().contains(part.value());
    }

    private static Value loop(Function.Call call, List<Value> arguments) {
        long from = arguments.size() == 1 ? 0 : number(arguments, 0);
        long to = number(arguments, arguments.size() - 1);
        List<Value> numbers = new ArrayList<>();
        for (long i = from; i < to; i++) {
            call.budget().step();
            numbers.add(new Value.Int(i));
        }
        return new Value.Items(numbers);
    }

    private static long number(List<Value> arguments, int i) {
        return arguments.get(i) instanceof Value.Text text ? parseInt(text.value()) : whole(arguments, i);
    }

    private static Value byTag(Budget budget, List<Value> services) {
        Map<String, List<Value>> byTag = new TreeMap<>();
        for (Value service : services) {
            if (!(service instanceof Value.Fields fields)
                    || !(fields.fields().get("Tags") instanceof Value.Items tags)) {
                throw new TemplateFault("the list has an element that is no service");
            }
            for (Value tag : tags.values()) {
                byTag.computeIfAbsent(new GoText(budget).printed(tag), any -> new ArrayList<>())
                        .add(service);
            }
        }
        Map<String, Value> result = new TreeMap<>();
        byTag.forEach((tag, some) -> result.put(tag, new Value.Items(some)));
        return new Value.Pairs(result);
    }
}
