import time, resource, io
import xlsxwriter, pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.sources.register import SOURCES
from lantian.desk.sources.models import Source
from lantian.desk.register.services import create
from lantian.desk.register.batches import check, begin_apply
from lantian.desk.register.applying import apply
from lantian.desk.register.undoing import undo, begin_undo
from lantian.desk.register.uploads import receive
from lantian.desk.register.exporting import Extract, write_export

from lantian.desk.rights.reach import Reach, Holding
from lantian.terms.coordinates import CoordinateSystem as CS
import os
N=int(os.environ.get("BIGN","5000"))
def test_big(db, actor, now, tmp_path):
    c=create(PLACES,{"code":"9900","name_zh":"县","level":"county"},by=actor,now=now)
    for n in range(10): create(PLACES,{"code":f"99{n:02}","name_zh":f"镇{n}","level":"township","parent":c},by=actor,now=now) if n else None
    f=tmp_path/"x.xlsx"
    b=xlsxwriter.Workbook(f,{"constant_memory":True}); s=b.add_worksheet()
    s.write_row(0,0,["编码","名称","类别","责任网格","经度","纬度","排放高度 m","规模","地址","坐标系"])
    for n in range(N):
        s.write_row(n+1,0,[f"S{n:06}",f"源{n}","工业企业",f"99{1+n%9:02}",115+n%1000/1000,36+n%777/1000,n%300,f"规模{n}",f"地址第{n}号","WGS84"])
    b.close(); data=f.read_bytes(); print("file",len(data))
    reach=Reach([Holding("headquarters")])
    def mem(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss//1024
    print("start",mem())
    t=time.time(); batch=receive(SOURCES, SimpleUploadedFile("x.xlsx",data), system=CS.WGS84, by=actor, now=now)
    print("receive",time.time()-t,mem())
    t=time.time(); check(batch, reach=reach, now=timezone.now()); print("check",time.time()-t,mem(), batch.state,batch.created,batch.faults, batch.message)
    return
    import lantian.desk.register.applying as bb
    orig=bb.write_planned; span=[0,0.0]
    def timed(*a,**k):
        t0=time.time(); r=orig(*a,**k); span[1]=max(span[1],time.time()-t0); return r
    bb.write_planned=timed
    t=time.time(); apply(batch, only_good=False, reach=reach, by=actor, now=timezone.now()); print("apply",time.time()-t,"lock",span[1]-span[0],mem(),batch.state,batch.message)
    assert Source.objects.count()==N
    for form in ("xlsx","csv","geojson"):
        t=time.time(); e=Extract(SOURCES,"at=all",reach,now.date(),CS.WGS84); n=write_export(e,form,tmp_path/f"o.{form}",lambda d,t:None); print(form,n,time.time()-t,mem())
    begin_undo(batch); t=time.time(); undo(batch,reach=reach,by=actor,now=timezone.now()); print("undo",time.time()-t,mem())
