"""When two people began to confirm a home's hydration plans: what a home received before stands as it was written"""

import sqlalchemy as sa
from alembic import op

from server.clock import now_ms

revision = '0016'
down_revision = '0015'


def upgrade() -> None:
    op.add_column('home', sa.Column('two_people_ms', sa.BigInteger(), nullable=True))
    op.execute(sa.text('UPDATE home SET two_people_ms = :now').bindparams(now=now_ms()))


def downgrade() -> None:
    op.drop_column('home', 'two_people_ms')
