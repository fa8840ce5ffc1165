"""From a request to a result, over scheduler, broker, worker and child."""

from contracts.job import JobState


def test_a_job_runs_and_tells_its_result(running, create, ada, over):
    done = over(create(by=ada, note="hello").job)
    assert done.state is JobState.SUCCEEDED
    assert done.result == {"slept": done.result["slept"]}
    assert [(entry.state, entry.attempt) for entry in done.timeline] == [
        (JobState.QUEUED, 0),
        (JobState.RUNNING, 1),
        (JobState.SUCCEEDED, 1),
    ]
