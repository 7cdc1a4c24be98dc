"""The index of who has left holds those who have: every entry stood in it with nothing"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
LEFT = sa.text('ends_day IS NOT NULL')


def upgrade() -> None:
    op.drop_index('ix_record_ends', 'record')
    op.create_index('ix_record_ends', 'record', ['home_id', 'ends_day'], unique=False, sqlite_where=LEFT, postgresql_where=LEFT)


def downgrade() -> None:
    op.drop_index('ix_record_ends', 'record')
    op.create_index('ix_record_ends', 'record', ['home_id', 'ends_day'], unique=False)
