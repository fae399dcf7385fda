"""Docker Cloud's Python SDK reads long lists: 3,000 repositories, and a filtered list whose total is too large to be counted."""
import unittest

import fixtures  # noqa: F401, sets the environment that importing dockercloud reads
import dockercloud
from dockercloud.api.http import get_session

COUNTED, UNCOUNTED, PAGE = 3000, 10_050, 25


class LongLists(unittest.TestCase):
    def setUp(self):
        self.metas = []
        listeners = get_session().hooks["response"]
        listeners.append(self.listen)
        self.addCleanup(listeners.remove, self.listen)

    def listen(self, response, **_):
        self.metas.append(response.json()["meta"])

    def assertListed(self, count, total, **filters):
        names = [repository.name for repository in dockercloud.Repository.list(**filters)]
        self.assertEqual(names, sorted(set(names)))
        self.assertEqual(len(names), count)
        self.assertEqual({meta["total_count"] for meta in self.metas}, {total})
        self.assertEqual(len(self.metas), count // PAGE)

    def test_a_list_of_3000(self):
        self.assertListed(COUNTED, COUNTED, name__startswith="counted.example/")

    def test_a_list_whose_total_is_not_counted(self):
        self.assertListed(COUNTED + UNCOUNTED, None, name__contains="image")
        self.assertEqual({meta["total_count_over"] for meta in self.metas}, {10_000})

    def test_everything(self):
        self.assertListed(COUNTED + UNCOUNTED, COUNTED + UNCOUNTED)
