"""When a call's wait, its other way and a service's pause were set: what was set under a wrong clock is not waited for"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'


def upgrade() -> None:
    for table in ('outbox', 'fallback', 'breaker'):
        op.add_column(table, sa.Column('set_ms', sa.BigInteger(), server_default='0', nullable=False))


def downgrade() -> None:
    for table in ('outbox', 'fallback', 'breaker'):
        op.drop_column(table, 'set_ms')
