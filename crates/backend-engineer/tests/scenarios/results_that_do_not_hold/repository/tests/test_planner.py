import app.planner as planner_module


def test_plan():
    assert planner_module.plan("a") == "a"
