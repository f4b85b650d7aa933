CREATE OR REPLACE VIEW runs AS
SELECT t.edition, t.run, t.kind, t.started_at, t.reference_date, t.definition, t.population, t.replied
FROM runs_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW submissions AS
SELECT t.edition, t.run, t.firm, t.version, t.status, t.received_at, t.received_on, t.late, t.current, t.channel, t.sha256, t.size, t.definition, t.answered, t.unanswered, t.not_applicable, t.faults_mend, t.faults_confirm, t.confirmed, t.reasons
FROM submissions_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW answers AS
SELECT t.edition, t.run, t.firm, t.question, t.item, t.stage, t.state, t.choice, t.number, t.text
FROM answers_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW distributions AS
SELECT t.edition, t.run, t.question, t.item, t.stage, t.choice, t.dimension, t.group_id, t.position, t.population, t.replied, t.base, t.unanswered, t.not_applicable, t.count, t.share
FROM distributions_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW figures AS
SELECT t.edition, t.run, t.figure, t.figure_number, t.series, t.item, t.dimension, t.group_id, t.position, t.population, t.replied, t.base, t.unanswered, t.not_applicable, t.count, t.share_base, t.share
FROM figures_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW quartiles AS
SELECT t.edition, t.run, t.question, t.quartile, t.dimension, t.group_id, t.position, t.population, t.replied, t.base, t.unanswered, t.not_applicable, t.class, t.below, t.within, t.above
FROM quartiles_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW firm_attributes AS
SELECT t.edition, t.run, t.firm, t.dimension, t.group_id
FROM firm_attributes_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW firms AS
SELECT t.edition, t.run, t.firm, t.registration_number, t.name_ja, t.name_en, t.sector, t.peer_group, t.size_band, t.corporate_group, t.successor, t.valid_from, t.valid_to
FROM firms_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW trends AS
SELECT t.edition, t.run, t.previous, t.previous_run, t.figure, t.question, t.item, t.stage, t.series, t.dimension, t.group_id, t.position, t.comparable, t.broke, t.why_ja, t.why_en, t.firms_then, t.firms_now, t.firms_both, t.firms_succeeded, t.firms_came, t.firms_left, t.firms_merged, t.then_count, t.then_base, t.then_share, t.now_count, t.now_base, t.now_share, t.then_common_count, t.then_common_base, t.now_common_count, t.now_common_base, t.panel, t.panel_then_count, t.panel_then_share, t.panel_now_count, t.panel_now_share, t.change_points, t.within_points, t.composition_points, t.redefinition_points
FROM trends_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW transitions AS
SELECT t.edition, t.run, t.previous, t.previous_run, t.question, t.item, t.stage, t.dimension, t.group_id, t.then_state, t.then_choice, t.now_state, t.now_choice, t.firms
FROM transitions_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW panel AS
SELECT t.edition, t.run, t.previous, t.firm_then, t.firm_now, t.how
FROM panel_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW comparisons AS
SELECT t.edition, t.run, t.previous, t.figure, t.question, t.item, t.stage, t.series, t.side, t.place_question, t.place_item, t.place_stage, t.choice, t.at_least, t.below, t.blank_in_base, t.not_put_in_base
FROM comparisons_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW questions AS
SELECT t.edition, t.run, t.question, t.number, t.position, t.section, t.section_number, t.section_ja, t.section_en, t.kind, t.title_ja, t.title_en, t.prompt_ja, t.prompt_en, t.required, t.unit_ja, t.unit_en, t.source
FROM questions_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW items AS
SELECT t.edition, t.run, t.question, t.item, t.position, t.label_ja, t.label_en, t.exclusive, t.source
FROM items_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW choices AS
SELECT t.edition, t.run, t.question, t.stage, t.stage_ja, t.stage_en, t.choice, t.position, t.label_ja, t.label_en, t.rank, t.lower_bound, t.source
FROM choices_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW series AS
SELECT t.edition, t.run, t.figure, t.figure_number, t.title_ja, t.title_en, t.population_ja, t.population_en, t.question, t.series, t.position, t.stage, t.label_ja, t.label_en
FROM series_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW series_choices AS
SELECT t.edition, t.run, t.figure, t.series, t.choice
FROM series_choices_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW figure_items AS
SELECT t.edition, t.run, t.figure, t.item, t.position
FROM figure_items_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW groups AS
SELECT t.edition, t.run, t.dimension, t.group_id, t.position, t.name_ja, t.name_en
FROM groups_runs t
JOIN current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW open_runs AS
SELECT t.edition, t.run, t.kind, t.started_at, t.reference_date, t.definition, t.population, t.replied
FROM open_runs_runs t
JOIN open_current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW open_distributions AS
SELECT t.edition, t.run, t.question, t.item, t.stage, t.choice, t.dimension, t.group_id, t.position, t.population, t.replied, t.base, t.unanswered, t.not_applicable, t.count, t.share, t.withheld, t.joint, t.joint_count, t.few
FROM open_distributions_runs t
JOIN open_current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW open_figures AS
SELECT t.edition, t.run, t.figure, t.figure_number, t.series, t.item, t.dimension, t.group_id, t.position, t.population, t.replied, t.base, t.unanswered, t.not_applicable, t.count, t.share_base, t.share, t.withheld, t.joint, t.joint_count, t.few
FROM open_figures_runs t
JOIN open_current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW open_questions AS
SELECT t.edition, t.run, t.question, t.number, t.position, t.section, t.section_number, t.section_ja, t.section_en, t.kind, t.title_ja, t.title_en, t.prompt_ja, t.prompt_en, t.required, t.unit_ja, t.unit_en, t.source
FROM open_questions_runs t
JOIN open_current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW open_items AS
SELECT t.edition, t.run, t.question, t.item, t.position, t.label_ja, t.label_en, t.exclusive, t.source
FROM open_items_runs t
JOIN open_current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW open_choices AS
SELECT t.edition, t.run, t.question, t.stage, t.stage_ja, t.stage_en, t.choice, t.position, t.label_ja, t.label_en, t.rank, t.lower_bound, t.source
FROM open_choices_runs t
JOIN open_current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW open_series AS
SELECT t.edition, t.run, t.figure, t.figure_number, t.title_ja, t.title_en, t.population_ja, t.population_en, t.question, t.series, t.position, t.stage, t.label_ja, t.label_en
FROM open_series_runs t
JOIN open_current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW open_series_choices AS
SELECT t.edition, t.run, t.figure, t.series, t.choice
FROM open_series_choices_runs t
JOIN open_current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW open_figure_items AS
SELECT t.edition, t.run, t.figure, t.item, t.position
FROM open_figure_items_runs t
JOIN open_current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW open_groups AS
SELECT t.edition, t.run, t.dimension, t.group_id, t.position, t.name_ja, t.name_en
FROM open_groups_runs t
JOIN open_current_run c ON c.edition = t.edition AND c.run = t.run;

CREATE OR REPLACE VIEW answer_labels AS
SELECT t.edition, t.run, t.firm, f.name_ja AS firm_ja, f.name_en AS firm_en, q.number AS question_number, q.position,
  t.question, q.title_ja AS question_ja, q.title_en AS question_en, t.item, i.position AS item_position, i.label_ja AS item_ja, i.label_en AS item_en,
  t.stage, t.state, t.choice, c.label_ja AS choice_ja, c.label_en AS choice_en, t.number, q.unit_ja, q.unit_en, t.text
FROM answers t
JOIN firms f ON f.edition = t.edition AND f.firm = t.firm
JOIN questions q ON q.edition = t.edition AND q.question = t.question
LEFT JOIN items i ON i.edition = t.edition AND i.question = t.question AND i.item = t.item
LEFT JOIN choices c ON c.edition = t.edition AND c.question = t.question AND c.stage = t.stage AND c.choice = t.choice;

CREATE OR REPLACE VIEW distribution_labels AS
SELECT t.edition, t.run, t.dimension, t.group_id, q.number AS question_number, q.position AS question_position, t.position,
  t.question, q.title_ja AS question_ja, q.title_en AS question_en, t.item, i.label_ja AS item_ja, i.label_en AS item_en,
  t.stage, c.stage_ja, c.stage_en, t.choice, c.label_ja AS choice_ja, c.label_en AS choice_en,
  t.count, t.share, t.base, t.unanswered, t.not_applicable, t.replied, t.population
FROM distributions t
JOIN questions q ON q.edition = t.edition AND q.question = t.question
JOIN choices c ON c.edition = t.edition AND c.question = t.question AND c.stage = t.stage AND c.choice = t.choice
LEFT JOIN items i ON i.edition = t.edition AND i.question = t.question AND i.item = t.item;

CREATE OR REPLACE VIEW open_distribution_labels AS
SELECT t.edition, t.run, t.dimension, t.group_id, q.number AS question_number, q.position AS question_position, t.position,
  t.question, q.title_ja AS question_ja, q.title_en AS question_en, t.item, i.label_ja AS item_ja, i.label_en AS item_en,
  t.stage, c.stage_ja, c.stage_en, t.choice, c.label_ja AS choice_ja, c.label_en AS choice_en,
  t.count, t.share, t.withheld, t.joint, t.joint_count, t.few, t.base, t.unanswered, t.not_applicable, t.replied, t.population
FROM open_distributions t
JOIN open_questions q ON q.edition = t.edition AND q.question = t.question
JOIN open_choices c ON c.edition = t.edition AND c.question = t.question AND c.stage = t.stage AND c.choice = t.choice
LEFT JOIN open_items i ON i.edition = t.edition AND i.question = t.question AND i.item = t.item;

CREATE OR REPLACE VIEW figure_labels AS
SELECT t.edition, t.run, t.dimension, t.group_id, t.figure_number, t.position,
  t.figure, s.title_ja AS figure_ja, s.title_en AS figure_en, t.item, i.label_ja AS item_ja, i.label_en AS item_en,
  t.series, s.label_ja AS series_ja, s.label_en AS series_en, s.population_ja, s.population_en,
  t.count, t.share, t.share_base, t.replied, t.population
FROM figures t
JOIN series s ON s.edition = t.edition AND s.figure = t.figure AND s.series = t.series
LEFT JOIN items i ON i.edition = t.edition AND i.question = s.question AND i.item = t.item;

CREATE OR REPLACE VIEW open_figure_labels AS
SELECT t.edition, t.run, t.dimension, t.group_id, t.figure_number, t.position,
  t.figure, s.title_ja AS figure_ja, s.title_en AS figure_en, t.item, i.label_ja AS item_ja, i.label_en AS item_en,
  t.series, s.label_ja AS series_ja, s.label_en AS series_en, s.population_ja, s.population_en,
  t.count, t.share, t.withheld, t.joint, t.joint_count, t.few, t.share_base, t.replied, t.population
FROM open_figures t
JOIN open_series s ON s.edition = t.edition AND s.figure = t.figure AND s.series = t.series
LEFT JOIN open_items i ON i.edition = t.edition AND i.question = s.question AND i.item = t.item;

