package dev.gantry.template;

import dev.gantry.template.Syntax.Command;
import dev.gantry.template.Syntax.Operand;
import dev.gantry.template.Syntax.Pipeline;
import dev.gantry.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Builds the tree of a template, and finds what it looks up. */
final class Parser {

    private static final Set<String> KEYWORDS =
            Set.of("if", "else", "end", "range", "with", "break", "continue", "define", "template", "block");

    /** The most variables in scope: each use searches them. */
    private static final int MOST_VARIABLES = 500;

    private final List<Token> tokens;
    private final Set<Lookup> lookups = new LinkedHashSet<>();
    /** The variables in scope, innermost last. */
    private final Deque<String> variables = new ArrayDeque<>();

    private int at;
    private int depth;
    private int loops;

    private Parser(List<Token> tokens) {
        this.tokens = tokens;
        variables.addLast("$");
    }

    /** A parsed template. */
    record Parsed(List<Syntax> nodes, Set<Lookup> lookups) {}

    static Parsed parse(String text, Delimiters delimiters) throws TemplateException {
        Parser parser = new Parser(Lexer.tokens(text, delimiters));
        List<Syntax> nodes = parser.nodes();
        if (parser.peek().kind() != Kind.END) {
            parser.open();
            Token word = parser.next();
            throw new TemplateException(
                    word.position(), "{{%s}} without a block that it belongs to".formatted(word.text()));
        }
        return new Parsed(nodes, parser.lookups);
    }

    /** Reads nodes up to the end of the template, or to an {@code else} or {@code end} that is left. */
    private List<Syntax> nodes() throws TemplateException {
        List<Syntax> nodes = new ArrayList<>();
        while (peek().kind() != Kind.END) {
            if (peek().kind() == Kind.TEXT) {
                nodes.add(new Syntax.Plain(next().text()));
                continue;
            }
            int start = at;
            open();
            Token first = peek();
            if (isWord(first, "else") || isWord(first, "end")) {
                at = start;
                return nodes;
            }
            nodes.add(action(first));
        }
        return nodes;
    }

    private Syntax action(Token first) throws TemplateException {
        String word = first.kind() == Kind.WORD ? first.text() : "";
        switch (word) {
            case "if", "with", "range" -> {
                next();
                return block(first);
            }
            case "break", "continue" -> {
                next();
                if (loops == 0) {
                    throw new TemplateException(first.position(), "{{%s}} outside of {{range}}".formatted(word));
                }
                close(word);
                return new Syntax.Jump(word.equals("break"));
            }
            case "define", "template", "block" ->
                throw new TemplateException(
                        first.position(),
                        "{{%s}} is not supported: write what it has where it is used".formatted(word));
            default -> {
                Pipeline pipeline = pipeline(Kind.CLOSE, false);
                return new Syntax.Output(pipeline);
            }
        }
    }

    private Syntax block(Token word) throws TemplateException {
        enter(word);
        int scope = variables.size();
        boolean isLoop = word.text().equals("range");
        skipSpace();
        Pipeline head = pipeline(Kind.CLOSE, isLoop);
        loops += isLoop ? 1 : 0;
        List<Syntax> yes = nodes();
        loops -= isLoop ? 1 : 0;
        endOfScope(isLoop ? scope : variables.size());
        List<Syntax> no = otherwise(word, isLoop, scope);
        endOfScope(scope);
        depth--;
        return switch (word.text()) {
            case "if" -> new Syntax.If(head, yes, no);
            case "with" -> new Syntax.With(head, yes, no);
            default -> new Syntax.Range(head, yes, no);
        };
    }

    /** Reads what follows the first part of a block, up to its end. */
    private List<Syntax> otherwise(Token word, boolean isLoop, int scope) throws TemplateException {
        if (peek().kind() == Kind.END) {
            throw new TemplateException(word.position(), "{{%s}} has no {{end}}".formatted(word.text()));
        }
        open();
        Token next = next();
        if (next.text().equals("end")) {
            close("end");
            return List.of();
        }
        skipSpace();
        Token nested = peek();
        if (!isLoop && isWord(nested, word.text())) {
            // {{else if}} ends with the same {{end}} as the whole.
            next();
            return List.of(block(nested));
        }
        close("else");
        List<Syntax> no = nodes();
        if (peek().kind() == Kind.END) {
            throw new TemplateException(word.position(), "{{%s}} has no {{end}}".formatted(word.text()));
        }
        open();
        Token end = next();
        if (!end.text().equals("end")) {
            throw new TemplateException(end.position(), "a second {{else}}: write {{end}}");
        }
        close("end");
        endOfScope(scope);
        return no;
    }

    private void endOfScope(int size) {
        while (variables.size() > size) {
            variables.removeLast();
        }
    }

    private Pipeline pipeline(Kind end, boolean isLoop) throws TemplateException {
        Position start = peek().position();
        List<String> names = new ArrayList<>();
        Optional<Kind> sets = variables(names, isLoop);
        boolean isAssignment = sets.filter(kind -> kind == Kind.ASSIGN).isPresent();
        List<Command> commands = new ArrayList<>();
        while (true) {
            skipSpace();
            commands.add(command(!commands.isEmpty()));
            skipSpace();
            Token next = next();
            if (next.kind() == end) {
                break;
            }
            if (next.kind() != Kind.PIPE) {
                throw unexpected(next);
            }
        }
        if (!isAssignment) {
            names.forEach(variables::addLast);
        }
        if (variables.size() > MOST_VARIABLES) {
            throw new TemplateException(start, "there are more than %d variables here".formatted(MOST_VARIABLES));
        }
        return new Pipeline(names, isAssignment, commands, start);
    }

    /** Reads variables that are set, if there are any. */
    private Optional<Kind> variables(List<String> names, boolean isLoop) throws TemplateException {
        int start = at;
        while (peek().kind() == Kind.VARIABLE) {
            Token variable = next();
            skipSpace();
            Kind after = peek().kind();
            boolean isFirstOfTwo = after == Kind.COMMA && isLoop && names.isEmpty();
            if (!isFirstOfTwo && after != Kind.DECLARE && after != Kind.ASSIGN) {
                at = start;
                names.clear();
                return Optional.empty();
            }
            if (after == Kind.ASSIGN) {
                requireKnown(variable);
            }
            names.add(variable.text());
            next();
            skipSpace();
            if (!isFirstOfTwo) {
                return Optional.of(after);
            }
        }
        return Optional.empty();
    }

    private void requireKnown(Token variable) throws TemplateException {
        if (!variables.contains(variable.text())) {
            throw new TemplateException(
                    variable.position(),
                    "there is no variable %s here: set it before, as in {{%s := \"value\"}}"
                            .formatted(variable.text(), variable.text()));
        }
    }

    private Command command(boolean isPiped) throws TemplateException {
        List<Operand> operands = new ArrayList<>();
        while (true) {
            operands.add(operand());
            Kind after = peek().kind();
            if (after == Kind.SPACE) {
                skipSpace();
                Kind next = peek().kind();
                if (next == Kind.PIPE || next == Kind.CLOSE || next == Kind.RIGHT_PAREN) {
                    break;
                }
            } else if (after == Kind.PIPE || after == Kind.CLOSE || after == Kind.RIGHT_PAREN) {
                break;
            } else {
                throw unexpected(peek());
            }
        }
        check(operands, isPiped);
        return new Command(operands);
    }

    private void check(List<Operand> operands, boolean isPiped) throws TemplateException {
        Operand first = operands.get(0);
        if (first instanceof Operand.Call call) {
            call.function().check(call, operands.size() - 1, isPiped);
            for (Operand argument : operands.subList(1, operands.size())) {
                if (argument instanceof Operand.Call inner) {
                    inner.function().check(inner, 0, false);
                }
            }
            LookupArguments.find(call, operands.subList(1, operands.size()), isPiped)
                    .ifPresent(lookups::add);
        } else if (operands.size() > 1 || isPiped) {
            throw new TemplateException(first.position(), "this is no function, so it can't have arguments");
        } else if (first instanceof Operand.Literal literal && literal.value().equals(Value.None.NONE)) {
            throw new TemplateException(first.position(), "nil is no command");
        }
    }

    private Operand operand() throws TemplateException {
        Operand operand = term();
        while (peek().kind() == Kind.FIELD) {
            Token field = next();
            if (operand instanceof Operand.Literal || operand instanceof Operand.Call) {
                throw new TemplateException(field.position(), ".%s follows what has no fields".formatted(field.text()));
            }
            operand = new Operand.Field(operand, field.text(), field.position());
        }
        return operand;
    }

    private Operand term() throws TemplateException {
        Token token = next();
        Position position = token.position();
        return switch (token.kind()) {
            case STRING -> new Operand.Literal(new Value.Text(token.text()), position);
            case CHARACTER -> new Operand.Literal(new Value.Int(token.text().codePointAt(0)), position);
            case NUMBER -> new Operand.Literal(NumberLiteral.parse(token), position);
            case DOT -> new Operand.Dot(position);
            case FIELD -> new Operand.Field(new Operand.Dot(position), token.text(), position);
            case VARIABLE -> {
                requireKnown(token);
                yield new Operand.Variable(token.text(), position);
            }
            case LEFT_PAREN -> {
                enter(token);
                skipSpace();
                Pipeline inner = pipeline(Kind.RIGHT_PAREN, false);
                depth--;
                yield new Operand.Nested(inner, position);
            }
            case WORD -> word(token);
            default -> throw unexpected(token);
        };
    }

    private static Operand word(Token token) throws TemplateException {
        return switch (token.text()) {
            case "true", "false" ->
                new Operand.Literal(new Value.Bool(token.text().equals("true")), token.position());
            case "nil" -> new Operand.Literal(Value.None.NONE, token.position());
            default -> {
                if (KEYWORDS.contains(token.text())) {
                    throw new TemplateException(
                            token.position(), "%s can't stand here: it begins an action".formatted(token.text()));
                }
                yield new Operand.Call(Functions.named(token), token.text(), token.position());
            }
        };
    }

    private void enter(Token token) throws TemplateException {
        depth++;
        if (depth > Budget.DEEPEST) {
            throw new TemplateException(
                    token.position(), "blocks and parentheses are nested more than %d deep".formatted(Budget.DEEPEST));
        }
    }

    private void open() {
        next();
        skipSpace();
    }

    private void close(String word) throws TemplateException {
        skipSpace();
        Token next = next();
        if (next.kind() != Kind.CLOSE) {
            throw new TemplateException(next.position(), "{{%s}} has nothing after it".formatted(word));
        }
    }

    private static TemplateException unexpected(Token token) {
        String what = switch (token.kind()) {
            case CLOSE -> "the action ends where a value is missing";
            case STRING, CHARACTER -> "a text can't stand here: put a space before it";
            case END, TEXT -> "the action has no end";
            default -> "\"%s\" can't stand here".formatted(token.text());
        };
        return new TemplateException(token.position(), what);
    }

    private static boolean isWord(Token token, String word) {
        return token.kind() == Kind.WORD && token.text().equals(word);
    }

    private Token peek() {
        return tokens.get(at);
    }

    private Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    private void skipSpace() {
        while (peek().kind() == Kind.SPACE) {
            at++;
        }
    }
}
