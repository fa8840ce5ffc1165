from tests.bus.probe import ProbeEcho, service
import pytest
async def test_x(rpc, run_service):
    run_service(service, role="jobs")
    assert (await rpc.call(ProbeEcho(text="a"))).text == "a"
def test_y(serve, transactional_db, database_url):
    p = serve("userservice")
    assert p.stop() == 0
@pytest.mark.django_db
def test_z():
    from django.db import connection
    with connection.cursor() as c:
        c.execute("select 1")
