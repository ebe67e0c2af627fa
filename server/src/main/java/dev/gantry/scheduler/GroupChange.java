package dev.gantry.scheduler;

import java.util.List;

/**
 * How a group differs from what its job wants.
 *
 * @param taskGroup the group
 * @param kept how many allocations are as they should be, or settled
 * @param surplus what has to be stopped, whatever can be placed
 * @param vacancies what has to be placed, in the order of the indexes
 */
record GroupChange(String taskGroup, int kept, List<Stop> surplus, List<Vacancy> vacancies) {

    GroupChange {
        surplus = List.copyOf(surplus);
        vacancies = List.copyOf(vacancies);
    }
}
