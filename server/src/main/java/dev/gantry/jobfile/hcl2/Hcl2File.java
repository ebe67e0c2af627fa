package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.jobfile.hcl2.SyntaxBody.Item;
import dev.gantry.jobfile.hcl2.SyntaxBody.Section;
import dev.gantry.jobfile.hcl2.SyntaxBody.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a file in HCL 2 and returns the tree of a file in HCL 1 that says the same without expressions. */
public final class Hcl2File {

    private static final String DYNAMIC = "dynamic";

    private final Faults faults;
    private final Evaluator evaluator;

    private Hcl2File(Faults faults, Evaluator evaluator) {
        this.faults = faults;
        this.evaluator = evaluator;
    }

    /**
     * Reads a text.
     *
     * @param text the text
     * @param inputs the values of its variables
     * @param world what its functions may ask of the machine
     * @param verbatim true to take <code>${</code> and <code>%{</code> in quotes for text, as in HCL 1
     * @param faults takes what is wrong
     * @return what the text says without its faults
     */
    public static HclValue.Body read(String text, Inputs inputs, Surroundings world, boolean verbatim, Faults faults) {
        SyntaxBody file = SyntaxParser.parse(text, faults, verbatim);
        Definitions definitions = new Definitions(inputs, Functions.of(world), new Budget(), faults);
        try {
            List<Item> items = definitions.define(file.items());
            Hcl2File reader = new Hcl2File(faults, definitions.evaluator());
            return new HclValue.Body(reader.items(items, Bindings.NONE), Position.START);
        } catch (Budget.ExhaustedException e) {
            faults.add(e.position(), e.getMessage());
            return new HclValue.Body(List.of(), Position.START);
        }
    }

    /**
     * Parses a text without evaluating it.
     *
     * @param text the text
     * @param faults takes what is not HCL 2 in it
     */
    public static void check(String text, Faults faults) {
        SyntaxParser.parse(text, faults, false);
    }

    private List<HclItem> items(List<Item> items, Optional<Bindings> bindings) {
        List<HclItem> read = new ArrayList<>();
        for (Item item : items) {
            try {
                if (item instanceof Setting setting) {
                    value(setting.value(), bindings)
                            .ifPresent(value -> read.add(new HclItem(setting.name(), List.of(), value)));
                } else if (item instanceof Section section) {
                    if (section.name().text().equals(DYNAMIC)) {
                        readDynamic(section, bindings, read);
                    } else {
                        read.add(new HclItem(section.name(), section.labels(), body(section, bindings)));
                    }
                }
            } catch (TextFaultException e) {
                faults.add(e);
            } catch (Evaluator.ReportedException reported) {
                // It was added where it is.
            }
        }
        return read;
    }

    private HclValue.Body body(Section section, Optional<Bindings> bindings) {
        return new HclValue.Body(items(section.body().items(), bindings), section.brace());
    }

    private void readDynamic(Section section, Optional<Bindings> bindings, List<HclItem> read) {
        if (section.labels().size() != 1) {
            throw new TextFaultException(
                    section.name().position(), "dynamic needs the kind of its blocks: dynamic \"KIND\" { … }");
        }
        HclName kind = section.labels().get(0);
        Expression collection = setting(section, "for_each")
                .orElseThrow(() -> new TextFaultException(
                        section.name().position(), "dynamic needs for_each: the list or map to make blocks of"));
        String iterator = setting(section, "iterator").map(Hcl2File::iterator).orElse(kind.text());
        Optional<Expression> labels = setting(section, "labels");
        List<Section> contents = section.body().items().stream()
                .filter(Section.class::isInstance)
                .map(Section.class::cast)
                .toList();
        refuseOthers(section);
        if (contents.size() != 1 || !contents.get(0).name().text().equals("content")) {
            throw new TextFaultException(
                    section.name().position(), "dynamic needs one content block: what is in each of its blocks");
        }
        Datum each = evaluator.evaluate(collection, bindings);
        Evaluator.each(each, collection.position(), (key, value) -> {
            evaluator.budget().charge(1, section.name().position());
            Datum named = Datum.Table.of(Map.of("key", key, "value", value));
            Optional<Bindings> inner = Bindings.with(iterator, named, bindings);
            List<HclName> names = labels.map(list -> labels(list, inner)).orElse(List.of());
            read.add(new HclItem(
                    new HclName(kind.text(), section.name().position()), names, body(contents.get(0), inner)));
        });
    }

    private static void refuseOthers(Section section) {
        for (Item item : section.body().items()) {
            if (item instanceof Setting
                    && !List.of("for_each", "iterator", "labels")
                            .contains(item.name().text())) {
                throw new TextFaultException(
                        item.name().position(),
                        "unknown key %s in a dynamic block: known are content, for_each, iterator, labels"
                                .formatted(Excerpt.quoted(item.name().text())));
            }
        }
    }

    private static Optional<Expression> setting(Section section, String key) {
        return section.body().items().stream()
                .filter(item -> item.name().text().equals(key))
                .filter(Setting.class::isInstance)
                .map(item -> ((Setting) item).value())
                .findFirst();
    }

    private static String iterator(Expression expression) {
        if (expression instanceof Expression.Name name) {
            return name.name();
        }
        return TemplateParser.plain(expression)
                .orElseThrow(() -> new TextFaultException(expression.position(), "the iterator must be a name"));
    }

    private List<HclName> labels(Expression labels, Optional<Bindings> bindings) {
        Datum list = evaluator.evaluate(labels, bindings);
        if (!(list instanceof Datum.Sequence sequence)) {
            throw new TextFaultException(labels.position(), "labels must be a list, not " + list.kind());
        }
        return sequence.elements().stream()
                .map(label ->
                        new HclName(Evaluator.text(label, labels.position()).value(), labels.position()))
                .toList();
    }

    /** Evaluates a value. Lists and maps that are written out keep the positions of what is in them. */
    private Optional<HclValue> value(Expression expression, Optional<Bindings> bindings) {
        if (expression instanceof Expression.Tuple tuple) {
            List<HclValue> elements = new ArrayList<>();
            for (Expression element : tuple.elements()) {
                elements.add(value(element, bindings).orElseThrow(() -> nullInList(element.position())));
            }
            return Optional.of(new HclValue.Sequence(elements, tuple.position()));
        }
        if (expression instanceof Expression.Braces braces) {
            List<HclItem> items = new ArrayList<>();
            for (Expression.Entry entry : braces.entries()) {
                HclName key = new HclName(
                        evaluator.key(entry.key(), bindings), entry.key().position());
                value(entry.value(), bindings).ifPresent(value -> items.add(new HclItem(key, List.of(), value)));
            }
            return Optional.of(new HclValue.Body(items, braces.position()));
        }
        Datum datum = evaluator.evaluate(expression, bindings);
        evaluator.budget().charge(datum, expression.position());
        return value(datum, expression.position());
    }

    private static Optional<HclValue> value(Datum datum, Position position) {
        if (datum instanceof Datum.Text text) {
            return Optional.of(new HclValue.Text(text.value(), position));
        }
        if (datum instanceof Datum.Numeral number) {
            return Optional.of(new HclValue.Numeral(number.literal(), position));
        }
        if (datum instanceof Datum.Bool bool) {
            return Optional.of(new HclValue.Bool(bool.value(), position));
        }
        if (datum instanceof Datum.Sequence list) {
            return Optional.of(new HclValue.Sequence(
                    list.elements().stream()
                            .map(element -> value(element, position).orElseThrow(() -> nullInList(position)))
                            .toList(),
                    position));
        }
        if (datum instanceof Datum.Table table) {
            List<HclItem> items = new ArrayList<>();
            table.entries()
                    .forEach((key, entry) -> value(entry, position)
                            .ifPresent(value -> items.add(new HclItem(new HclName(key, position), List.of(), value))));
            return Optional.of(new HclValue.Body(items, position));
        }
        return Optional.empty();
    }

    private static TextFaultException nullInList(Position position) {
        return new TextFaultException(position, "null can't stand in a list here: leave it out with a for expression");
    }
}
